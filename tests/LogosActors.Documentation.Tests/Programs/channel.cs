using LogosActors.Channels;
using LogosActors.Delivery;

await using var alicesNode = await MessagingNode.CreateAsync();
await alicesNode.StartAsync();
await using var bobsNode = await MessagingNode.CreateAsync(new NodeOptions { EntryNodes = alicesNode.Addresses });
await bobsNode.StartAsync();

var lobby = new ReliableChannelOptions { ChannelId = "lobby", ContentTopic = "/chat/1/lobby/proto" };
await using var alice = await alicesNode.OpenChannelAsync(lobby with { SenderId = "alice" });
await using var bob = await bobsNode.OpenChannelAsync(lobby with { SenderId = "bob" });
bob.MessageReceived += (_, message) => Console.WriteLine($"{message.SenderId} says: {message.ReadText()}");

var sent = await alice.SendAndConfirmAsync("hello"u8.ToArray());
Console.WriteLine(sent.IsSuccess ? "bob has confirmed it" : $"not confirmed: {sent.Error}");

// prints: alice says: hello
// prints: bob has confirmed it

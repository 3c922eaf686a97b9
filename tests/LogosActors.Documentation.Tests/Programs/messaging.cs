using LogosActors.Delivery;

await using var alice = await MessagingNode.CreateAsync();
await alice.StartAsync();
await using var bob = await MessagingNode.CreateAsync(new NodeOptions { EntryNodes = alice.Addresses });
await bob.StartAsync();
await bob.SubscribeAsync(["/chat/1/lobby/proto"]);
await using var messages = bob.Messages().GetAsyncEnumerator();

var sent = await alice.SendAndConfirmAsync(MessageEnvelope.FromText("/chat/1/lobby/proto", "hello"));
Console.WriteLine(sent.IsSuccess ? "alice has sent it" : $"not sent: {sent.Error}");

await messages.MoveNextAsync();
Console.WriteLine($"bob has received: {messages.Current.Message.ReadText()}");

// prints: alice has sent it
// prints: bob has received: hello

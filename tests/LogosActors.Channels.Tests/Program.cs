using LogosActors.Channels.Tests.Kills;

// The test runner does not come here: this is what tests start as a process of its own, to kill it.
if (args is [ChannelWorker.Command, .. var worker])
    await ChannelWorker.RunAsync(worker);
else
    Console.Error.WriteLine("Run the tests with `dotnet test`.");

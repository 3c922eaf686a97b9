using System.Globalization;
using LogosActors.Delivery.Tests;
using LogosActors.Delivery.Tests.Archive;

// The test runner does not come here: this is what tests start as a process of its own, to kill it.
if (args is [ArchiveFlood.Command, var path, var first])
    await ArchiveFlood.RunAsync(path, int.Parse(first, CultureInfo.InvariantCulture));
else if (args is [FloodedNode.Command, var directory, var sender])
    await FloodedNode.RunAsync(directory, sender);
else
    Console.Error.WriteLine("Run the tests with `dotnet test`.");

using LogosActors.Libp2p.Addresses;
using LogosActors.Soak.Tests.Attacks;

// The test runner does not come here: this is the process of the attackers.
if (args is [Attack.Command, var address])
    await Attack.RunAsync(Multiaddr.Parse(address), Console.In, Console.Out);
else
    Console.Error.WriteLine("Run the tests with `dotnet test`.");

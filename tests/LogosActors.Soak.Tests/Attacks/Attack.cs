using LogosActors.Libp2p.Addresses;

namespace LogosActors.Soak.Tests.Attacks;

/// <summary>What strangers do to a node, each until it is stopped.</summary>
/// <param name="Name">What it is called.</param>
/// <param name="RunOnceAsync">Attacks the node at an address until it is cancelled, or gives up.</param>
internal sealed record Attack(string Name, Func<Multiaddr, CancellationToken, Task> RunOnceAsync)
{
    /// <summary>The command of the attackers' process.</summary>
    public const string Command = "attack";

    /// <summary>What is written before the last attack has ended: the next may begin.</summary>
    public const string Ready = "ready";

    /// <summary>All attacks.</summary>
    public static IReadOnlyList<Attack> All { get; } =
    [
        new("silent connections", ConnectionAttacks.StaySilentAsync),
        new("malformed bytes", ConnectionAttacks.SendNonsenseAsync),
        new("streams opened and reset", ConnectionAttacks.ChurnStreamsAsync),
        new("idle streams", ConnectionAttacks.HoldStreamsAsync),
        new("slow readers", GossipAttacks.ReadNothingAsync),
        new("control spam", GossipAttacks.SpamControlAsync),
        new("invalid messages", GossipAttacks.FloodInvalidAsync),
        new("valid messages", GossipAttacks.FloodValidAsync),
    ];

    /// <summary>Runs the attacks that each line names, separated by commas, until the next line; ends with the input.</summary>
    public static async Task RunAsync(Multiaddr node, TextReader input, TextWriter output)
    {
        await output.WriteLineAsync(Ready);
        while (await input.ReadLineAsync() is { } line)
        {
            using var ending = new CancellationTokenSource();
            var running = All.Where(attack => line.Split(',').Contains(attack.Name, StringComparer.Ordinal))
                .Select(attack => Task.Run(() => RunToEndAsync(attack, node, ending.Token))).ToArray();
            await input.ReadLineAsync();
            await ending.CancelAsync();
            await Task.WhenAll(running);
            await output.WriteLineAsync(Ready);
        }
    }

    static async Task RunToEndAsync(Attack attack, Multiaddr node, CancellationToken ending)
    {
        while (!ending.IsCancellationRequested)
        {
            try
            {
                await attack.RunOnceAsync(node, ending);
            }
            catch (Exception e) when (e is IOException or OperationCanceledException or System.Net.Sockets.SocketException)
            {
                // The node has had enough of it, or the time is over.
            }
        }
    }
}

using System.CommandLine;
using LogosActors.Actors.Settings;
using LogosActors.Delivery;
using LogosActors.Node.Configuration;
using LogosActors.Node.Hosting;

namespace LogosActors.Node.Cli;

/// <summary><c>logos run</c>: a node, until it is stopped.</summary>
internal static class RunCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("run", "Runs a node until Ctrl-C.").Teaching("""
            Without any flag it listens for peers at TCP port 60000, serves REST at http://127.0.0.1:8645 (its description is at
            /openapi.json) and metrics at /metrics there, and is on a network of its own, cluster 0 with one shard. Its key is new
            at each start; `logos id new node.key` and --nodekey-file node.key keep one.

            A second node on the same machine, connected to the first:
              logos run --ports-shift 1 --staticnode /ip4/127.0.0.1/tcp/60000
            What a node writes behind "Listening at" ends with its id; with that, nobody else is taken for it.

            The flags are those of the reference node (logos-delivery, nwaku). Those that name what this node does not have are
            taken, and have no effect; the log says so.
            """);
        var flags = new NodeFlagOptions(command);
        command.SetAction((parsed, cancellation) => RunAsync(terminal, flags, parsed, cancellation));
        return command;
    }

    static async Task<int> RunAsync(Terminal terminal, NodeFlagOptions flags, ParseResult parsed, CancellationToken cancellation)
    {
        var configuration = flags.Read(parsed);
        var settings = ConfigurationLoader.Bind(configuration);
        var ignored = flags.WithoutEffect(parsed);
        var logs = new LogLevelSwitch(settings.Log.Level);
        using var loggers = NodeLogging.Create(terminal.IsJson ? settings.Log with { Format = LogFormat.Json } : settings.Log, logs, terminal.Output);
        var log = loggers.CreateLogger("logos");
        if (ignored.Count > 0)
            log.LogWarning("Without effect here: {Flags}", string.Join(", ", ignored));
        foreach (var warning in WarningsOf(settings))
            log.LogWarning("{Warning}", warning);
        foreach (var unknown in AkkaSettings.FindUnknown(configuration))
            log.LogWarning("{Warning}", unknown);
        await using var host = await NodeHost.StartAsync(settings, AkkaSettings.Read(configuration), loggers, logs, cancellation);
        log.LogInformation("Peer id {PeerId}", host.Node.PeerId);
        foreach (var address in Rest.Info.InfoRoutes.Describe(host.Node).ListenAddresses)
            log.LogInformation("Listening at {Address}", address);
        if (host.Rest is { } rest)
            log.LogInformation("REST at {Address}", rest);
        if (host.MetricsServer is { } metrics)
            log.LogInformation("Metrics at {Address}", new Uri(metrics, "/metrics"));
        log.LogInformation("Node setup complete");
        var stopped = host.Node.WaitUntilStoppedItselfAsync(cancellation);
        await ((Task)stopped).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        log.LogInformation("Stopping");
        return cancellation.IsCancellationRequested ? ExitCode.Done : throw new CommandException(ExitCode.Data, "data", await stopped);
    }

    static IEnumerable<string> WarningsOf(NodeSettings settings)
    {
        if (NodeAddresses.NotAnnounced(settings) is { Count: > 0 } notAnnounced)
        {
            yield return $"Not announced, as the network {settings.Preset} is public and they are not: {string.Join(", ", notAnnounced)}; "
                + "--private-addresses announces them";
        }
        if (NetworkPreset.TryFind(settings.Preset, out var preset) && preset.RequiresRateLimitProof)
            yield return $"The network {preset.Name} wants RLN proofs, which this node does not make: it receives, but what it sends is dropped by others";
    }
}

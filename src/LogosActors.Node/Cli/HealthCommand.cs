using System.CommandLine;
using LogosActors.Node.Client;
using LogosActors.Node.Rest.Health;
using Spectre.Console;

namespace LogosActors.Node.Cli;

/// <summary><c>logos health</c>: how a node is, for people and for probes.</summary>
internal static class HealthCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("health", "Shows how the node on this machine is, or the one that --node names; ends with an error unless it is ready.");
        command.Teaching("""
              logos health
              logos health && echo ready

            A node is ready while it runs and can store what it has to. That it has no peers is shown, and no error.
            """);
        var node = NodeAccess.AddressTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var client = new NodeClient(parsed.GetRequiredValue(node));
            var report = await client.HealthAsync(cancellation);
            terminal.Result(report, Show);
            return report.NodeHealth == HealthReport.Ready ? ExitCode.Done : ExitCode.NotReady;
        });
        return command;
    }

    static void Show(IAnsiConsole console, HealthReport report)
    {
        console.MarkupLineInterpolated($"{report.NodeHealth}, {report.ConnectionStatus}");
        foreach (var protocol in report.ProtocolsHealth.Where(static protocol => !protocol.Values.Contains(HealthReport.NotMounted, StringComparer.Ordinal)))
            console.MarkupLineInterpolated($"  {string.Join(", ", protocol.Select(static entry => entry.Key == "desc" ? entry.Value : $"{entry.Key}: {entry.Value}"))}");
    }
}

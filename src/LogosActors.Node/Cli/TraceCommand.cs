using System.CommandLine;
using System.Globalization;
using LogosActors.Node.Client;
using LogosActors.Node.Rest.Traces;
using LogosActors.Node.Tracing;
using Spectre.Console;

namespace LogosActors.Node.Cli;

/// <summary><c>logos trace</c>: what has become of a request, step by step.</summary>
internal static class TraceCommand
{
    public static Command Create(Terminal terminal)
    {
        var request = new Argument<string?>("request")
        {
            Description = "The id of a request, or the hash of its message, as `logos send` prints them. Default: the latest requests, as a table.",
            Arity = ArgumentArity.ZeroOrOne,
        };
        var limit = new Option<int>("--limit", "-n")
        {
            Description = "At most so many requests, the newest.",
            HelpName = "N",
            DefaultValueFactory = _ => TraceRoutes.DefaultLimit,
        };
        var command = new Command("trace", "Shows the steps of a request to send, or the latest requests.") { request, limit };
        command.Teaching($"""
              logos run --tracing
              logos send /chat/1/lobby/proto hello
              logos trace

            A node that is started with --tracing keeps the last {RecentRequests.MaxRequests} requests in memory. docs/observing.md says what each step is.
            """);
        var node = NodeAccess.AddressTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var client = new NodeClient(parsed.GetRequiredValue(node));
            if (parsed.GetValue(request) is { } id)
                terminal.Result(await client.TraceAsync(id, cancellation), static (console, trace) => Timeline.Write(console, trace));
            else
                terminal.Result(await client.TracesAsync(Math.Clamp(parsed.GetValue(limit), 1, RecentRequests.MaxRequests), cancellation), (console, all) => Show(console, terminal, all));
            return ExitCode.Done;
        });
        return command;
    }

    static void Show(IAnsiConsole console, Terminal terminal, RequestSummary[] requests)
    {
        if (requests.Length == 0)
        {
            terminal.Note("No requests since the node was started.");
            return;
        }
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("Request", "Started", "Took", "Outcome", "Sent to");
        foreach (var request in requests)
        {
            table.AddRow(
                new Text(request.RequestId), new Text(request.Started.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)), new Text(Timeline.DurationOf(request.Milliseconds)),
                new Text(request.Outcome ?? "under way"), new Text(request.Channel is { } channel ? $"channel {channel}" : request.ContentTopic ?? ""));
        }
        console.Write(table);
    }
}

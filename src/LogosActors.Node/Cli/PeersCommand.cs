using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using LogosActors.Node.Client;
using LogosActors.Node.Rest.Admin;
using Spectre.Console;

namespace LogosActors.Node.Cli;

/// <summary><c>logos peers</c>: whom a node knows.</summary>
internal static class PeersCommand
{
    public static Command Create(Terminal terminal)
    {
        var all = new Option<bool>("--all") { Description = "Shows peers that are not connected, too." };
        var command = new Command("peers", "Shows the peers of the node on this machine, or of the one that --node names.") { all };
        var node = NodeAccess.AddressTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var client = new NodeClient(parsed.GetRequiredValue(node));
            var peers = await client.PeersAsync(cancellation);
            terminal.Result(
                peers.Where(peer => parsed.GetValue(all) || peer.Connected is Connectedness.Connected),
                (console, shown) => Show(console, terminal, [.. shown]));
            return ExitCode.Done;
        });
        return command;
    }

    static void Show(IAnsiConsole console, Terminal terminal, IReadOnlyList<AdminPeer> peers)
    {
        if (peers.Count == 0)
        {
            terminal.Note("No peers. A second node that is started with --staticnode and this node's address (`logos id`) becomes one.");
            return;
        }
        var table = new Table { Border = TableBorder.Simple };
        table.AddColumns("Address", "Connected", "Why", "Shards", "Agent");
        foreach (var peer in peers)
        {
            var shards = string.Join(' ', peer.Shards.Select(shard => shard.ToString(CultureInfo.InvariantCulture)));
            var reasons = string.Join(' ', peer.Reasons.Select(static reason => JsonNamingPolicy.CamelCase.ConvertName(reason.ToString())));
            table.AddRow(new Text(peer.Multiaddr), new Text(peer.Connected.ToString()), new Text(reasons), new Text(shards), new Text(peer.Agent));
        }
        console.Write(table);
    }
}

using System.CommandLine;
using LogosActors.Actors;
using LogosActors.Libp2p.Identity;
using LogosActors.Node.Client;
using LogosActors.Node.Configuration;

namespace LogosActors.Node.Cli;

/// <summary><c>logos id</c>: who a node is.</summary>
internal static class IdCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("id", "Shows where the node on this machine, or the one that --node names, can be reached; makes keys.").Teaching("""
            Addresses end with the peer id of the node.

              logos id                    the node that runs
              logos id new node.key       makes a key, and shows its peer id
              logos id show node.key      shows the peer id of a key
              logos run --nodekey-file node.key
            """);
        var node = NodeAccess.AddressTo(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            await using var client = new NodeClient(parsed.GetRequiredValue(node));
            var info = await client.InfoAsync(cancellation);
            terminal.Result(info, (_, shown) =>
            {
                foreach (var address in shown.ListenAddresses)
                    terminal.Output.WriteLine(address);
            });
            return ExitCode.Done;
        });
        command.Add(OfFile(terminal, "new", "Makes a private key in a new file, which only its owner can read, and shows its peer id.", NodeKeys.Create));
        command.Add(OfFile(terminal, "show", "Shows the peer id of the private key in a file.", NodeKeys.Load));
        return command;
    }

    static Command OfFile(Terminal terminal, string name, string description, Func<string, PrivateKey> open)
    {
        var file = new Argument<string>("file") { Description = "The key file." };
        var command = new Command(name, description) { file };
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(file);
            using var key = open(path);
            if (PrivateFiles.WarningOf(path) is { } warning)
                terminal.Note(warning);
            terminal.Result(
                new KeyInfo(PeerId.FromPublicKey(key.PublicKey).ToString(), path), (_, shown) => terminal.Output.WriteLine(shown.PeerId));
            return ExitCode.Done;
        });
        return command;
    }

    sealed record KeyInfo(string PeerId, string File);
}

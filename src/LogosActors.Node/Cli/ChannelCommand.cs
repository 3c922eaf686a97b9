using System.CommandLine;

namespace LogosActors.Node.Cli;

/// <summary><c>logos channel</c>: reliable channels.</summary>
internal static class ChannelCommand
{
    public static Command Create(Terminal terminal)
    {
        var command = new Command("channel", "Reliable channels: files and lines that arrive, once, in order, through loss and restarts.")
        {
            ChannelSendCommand.Create(terminal), ChannelListenCommand.Create(terminal), ChannelOpenCommand.Create(terminal),
            ChannelStatusCommand.Create(terminal), KeyCommand(terminal),
        };
        return command.Teaching("""
            In two terminals:
              logos channel listen lobby --out inbox --tcp-port 60001
              logos channel send lobby notes.txt --entry-node /ip4/127.0.0.1/tcp/60001

            With --data DIRECTORY a command that was ended, by Ctrl-C or kill -9, goes on when it is started again.
            """);
    }

    static Command KeyCommand(Terminal terminal)
    {
        var file = new Argument<string>("file") { Description = "The key file." };
        var command = new Command("key", "Makes a key in a new file, which only its owner can read. All participants of a channel need it.") { file };
        command.Teaching("""
              logos channel key lobby.key
              logos channel send lobby notes.txt --key lobby.key --entry-node ADDRESS
            """);
        command.SetAction(parsed =>
        {
            var path = parsed.GetRequiredValue(file);
            ChannelKeyFile.Create(path);
            terminal.Result(new KeyMade(path), (_, made) => terminal.Output.WriteLine(made.File));
            return ExitCode.Done;
        });
        return command;
    }

    sealed record KeyMade(string File);
}

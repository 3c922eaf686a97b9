using System.CommandLine;
using LogosActors.Channels;
using LogosActors.Configuration;
using LogosActors.Delivery;
using LogosActors.Node.Hosting;

namespace LogosActors.Node.Cli;

/// <summary>The program's command line.</summary>
internal static class LogosCommandLine
{
    /// <summary>Runs a command.</summary>
    /// <param name="arguments">What the user has written.</param>
    /// <param name="terminal">Where it reads and writes.</param>
    /// <param name="cancellation">Ends the command.</param>
    /// <returns>One of <see cref="ExitCode"/>.</returns>
    public static async Task<int> InvokeAsync(IReadOnlyList<string> arguments, Terminal terminal, CancellationToken cancellation = default)
    {
        var json = new Option<bool>("--json") { Description = "Writes results, errors and logs as JSON, one object a line.", Recursive = true };
        var root = new RootCommand("A node of the Logos Delivery network, and what one does with it.")
        {
            RunCommand.Create(terminal), SendCommand.Create(terminal), ListenCommand.Create(terminal), HistoryCommand.Create(terminal),
            ChannelCommand.Create(terminal), PeersCommand.Create(terminal), HealthCommand.Create(terminal), TraceCommand.Create(terminal), IdCommand.Create(terminal), ConfigCommand.Create(terminal), BenchCommand.Create(terminal), json,
        };
        TeachingHelp.Install(root.Teaching($"""
            In three terminals:
              logos run
              logos listen /chat/1/lobby/proto
              logos send /chat/1/lobby/proto hello

            Exit codes:
            {string.Join('\n', ExitCode.All.Select(code => $"  {code.Code} {code.Meaning}"))}
            """));
        var parsed = root.Parse(arguments, new ParserConfiguration { ResponseFileTokenReplacer = null }); // "@alice hello" is a message
        terminal.IsJson = parsed.GetValue(json);
        if (parsed.Errors.Count > 0 && parsed.Action is System.CommandLine.Invocation.ParseErrorAction)
        {
            terminal.Fail("usage", string.Join(' ', parsed.Errors.Select(error => error.Message)));
            terminal.Note($"See `{string.Join(' ', CommandPath(parsed))} --help`.");
            return ExitCode.Usage;
        }
        try
        {
            return await parsed.InvokeAsync(
                new InvocationConfiguration
                {
                    Output = terminal.Output,
                    Error = terminal.Error,
                    EnableDefaultExceptionHandler = false,
                    ProcessTerminationTimeout = null, // Program hears signals: a node that is asked to stop has done what it should
                },
                cancellation);
        }
        catch (Exception e) when (Explain(e) is { } failure)
        {
            terminal.Fail(failure.Kind, failure.Message);
            return failure.ExitCode;
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            return ExitCode.Done;
        }
#pragma warning disable CA1031 // the process ends here either way: by a code that says what it was, not by an abort
        catch (Exception e)
#pragma warning restore CA1031
        {
            terminal.Fail("bug", $"{e.Message} Please report this:\n{e}");
            return ExitCode.Failed;
        }
    }

    static CommandException? Explain(Exception e) => e switch
    {
        CommandException command => command,
        OptionsException or HoconException => new CommandException(ExitCode.Configuration, "configuration", e.Message),
        NodeStartException { Failure: NodeStartFailure.KeyFile } => new CommandException(ExitCode.Key, "key", e.Message),
        NodeStartException { Failure: NodeStartFailure.Akka } => new CommandException(ExitCode.Configuration, "configuration", $"akka: {e.Message}"),
        NodeStartException { Failure: NodeStartFailure.ListenAddress } => new CommandException(
            ExitCode.Listen, "listen", $"{e.Message} Choose another port with --tcp-port or --websocket-port, or shift all with --ports-shift; or another address with --listen-address."),
        NodeStartException start => new CommandException(ExitCode.Data, "data", $"{SettingOf(start.Failure)}: {e.Message}"),
        ChannelOpenException { Failure: ChannelOpenFailure.Subscription } => new CommandException(ExitCode.Refused, "refused", e.Message),
        ChannelOpenException => new CommandException(ExitCode.Data, "data", e.Message),
        ListenException => new CommandException(ExitCode.Listen, "listen", e.Message),
        _ => null,
    };

    static string SettingOf(NodeStartFailure failure) => failure switch
    {
        NodeStartFailure.Archive => "node.store.db-url (--store-message-db-url)",
        NodeStartFailure.Journal or NodeStartFailure.JournalInUse => "node.journal (--journal)",
        _ => "node.data-directory (--data)",
    };

    static Stack<string> CommandPath(ParseResult parsed)
    {
        var names = new Stack<string>();
        for (System.CommandLine.Parsing.SymbolResult? result = parsed.CommandResult; result is not null; result = result.Parent)
        {
            if (result is System.CommandLine.Parsing.CommandResult { Command: var command })
                names.Push(command is RootCommand ? "logos" : command.Name);
        }
        return names;
    }
}

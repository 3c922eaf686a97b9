using System.CommandLine;
using System.Threading.Channels;
using LogosActors.Channels;
using LogosActors.Configuration;
using LogosActors.Node.Configuration;
using LogosActors.Node.Files;
using LogosActors.Node.Hosting;

namespace LogosActors.Node.Cli;

/// <summary><c>logos channel listen</c>: the files of a channel, as they come.</summary>
internal static class ChannelListenCommand
{
    public static Command Create(Terminal terminal)
    {
        var directory = new Option<string>("--out") { Description = "Where files go; made when it is not there.", HelpName = "DIRECTORY", Required = true };
        directory.Validators.Add(static result =>
        {
            if (PathSetting.ProblemOf(result.Tokens is [var path, ..] ? path.Value : null) is { } problem)
                result.AddError($"--out: {problem}");
        });
        var count = new Option<int?>("--count", "-n") { Description = "Ends after so many files. Default: never.", HelpName = "N" };
        var maxSize = new Option<string>("--max-size") { Description = "The largest file that is taken.", HelpName = "SIZE", DefaultValueFactory = _ => "1GiB" };
        var command = new Command("listen", "Writes the files that come in a channel, until Ctrl-C.") { directory, count, maxSize };
        command.Teaching($"""
              logos channel listen lobby --out inbox --tcp-port 60001
              logos channel listen lobby --out inbox --data ~/.logos --preset logos.dev --json | jq -r .path

            A file gets its name when all of it is on the disk and its digest is right; what is not whole is in .partial there. Nothing is
            overwritten. With --data the same command goes on after Ctrl-C or kill -9. A message that is no part of a file becomes a file
            that ends in .message.

            {ChannelAccess.Explanation}
            """);
        var access = new ChannelAccess(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var plan = access.Read(parsed);
            if (!DataSize.TryParse(parsed.GetValue(maxSize), out var size) || size.Bytes < 1)
                throw new CommandException(ExitCode.Usage, "usage", $"--max-size: '{parsed.GetValue(maxSize)}' is not a size such as 1GiB.");
            var files = new IncomingFiles(parsed.GetRequiredValue(directory), size.Bytes);
            try
            {
                files.Open();
                return await ListenAsync(terminal, plan, files, parsed.GetValue(count) ?? int.MaxValue, cancellation);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandException(ExitCode.Data, "data", $"What came could not be written: {e.Message}");
            }
        });
        return command;
    }

    static async Task<int> ListenAsync(Terminal terminal, ChannelPlan plan, IncomingFiles files, int count, CancellationToken cancellation)
    {
        using var receiver = new FileReceiver(files);
        await using var own = await plan.OpenAsync(terminal, receiver.Attach, cancellation);
        terminal.Result(
            new Listening("listening", own.Channel.ChannelId, own.Channel.SenderId, own.Addresses),
            (_, at) => terminal.Note($"Listening in {at.Channel}, reached at\n{string.Join('\n', at.Addresses)}\nCtrl-C ends."));
        try
        {
            await foreach (var (file, problem) in receiver.Results.ReadAllAsync(cancellation))
            {
                if (problem is not null)
                    terminal.Result(new ProblemTold("problem", problem), (_, told) => terminal.Note(told.Message));
                if (file is null)
                    continue;
                terminal.Result(
                    new FileWritten("received", file.Name, file.Path, file.Size, file.Sha256, file.Sender),
                    (_, shown) => terminal.Output.WriteLine($"received {PrintableText.Of(shown.Name)}, {shown.Size} bytes, sha256 {shown.Sha256}, from {PrintableText.Of(shown.Sender)}"));
                if (--count <= 0)
                    break;
            }
            // Its sender waits for it.
            await Task.Delay(plan.Options.Sds.AcknowledgementTimeout, cancellation);
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            // That is how it ends.
        }
        return ExitCode.Done;
    }

    sealed record Listening(string Event, string Channel, string Sender, IReadOnlyList<string> Addresses);

    sealed record ProblemTold(string Event, string Message);

    sealed record FileWritten(string Event, string Name, string Path, long Size, string Sha256, string Sender);
}

/// <summary>Writes what comes in a channel before the channel counts it as handled, so that nothing is lost however the process ends.</summary>
internal sealed class FileReceiver(IncomingFiles files) : IDisposable
{
    readonly Channel<(ReceivedFile? File, string? Problem)> _results = System.Threading.Channels.Channel.CreateUnbounded<(ReceivedFile?, string?)>();
    readonly ManualResetEventSlim _closed = new();

    /// <summary>How much may wait to be shown before problems are left out.</summary>
    const int MaxWaiting = 1000;

    /// <summary>What has come. It fails when something could not be written.</summary>
    public ChannelReader<(ReceivedFile? File, string? Problem)> Results => _results.Reader;

    /// <summary>Begins with a channel that is being opened.</summary>
    public void Attach(ReliableChannel channel)
    {
        channel.MessageReceived += (_, received) => Take(received);
        channel.ProblemFound += (_, problem) => Tell(problem.Detail);
    }

    public void Dispose() => _closed.Set();

    void Take(ReliableMessageReceived received)
    {
        try
        {
            var file = files.Take(received, out var problem);
            if (file is not null)
                _results.Writer.TryWrite((file, null));
            if (problem is not null)
                Tell(problem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _results.Writer.TryComplete(e);
            // The channel must not count the message as handled: after the next start it comes again.
            _closed.Wait();
        }
    }

    void Tell(string problem)
    {
        if (_results.Reader.Count < MaxWaiting)
            _results.Writer.TryWrite((null, problem));
    }
}

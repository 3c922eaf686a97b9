using System.CommandLine;
using LogosActors.Channels;
using LogosActors.Node.Files;

namespace LogosActors.Node.Cli;

/// <summary><c>logos channel send</c>: a file, confirmed.</summary>
internal static class ChannelSendCommand
{
    public static Command Create(Terminal terminal)
    {
        var path = new Argument<string>("file") { Description = "The file; - reads standard input." };
        var name = new Option<string>("--name") { Description = "How receivers call the file. Default: its own name; stdin for standard input.", HelpName = "NAME" };
        var wait = new Option<double>("--wait") { Description = "How many seconds to wait for a peer.", DefaultValueFactory = _ => 60, HelpName = "SECONDS" };
        var again = new Option<bool>("--again") { Description = "With --data: sends the file once more, though it was delivered." };
        var command = new Command("send", "Sends a file in a channel, and waits until another participant has confirmed all of it.") { path, name, wait, again };
        command.Teaching($"""
              logos channel send lobby notes.txt --entry-node /ip4/127.0.0.1/tcp/60001
              tar c folder | logos channel send lobby - --name folder.tar --data ~/.logos --preset logos.dev

            A file goes in messages of up to 1 MiB, of which a header has some 60 bytes; `logos channel listen` puts it together.
            With --data the same command goes on after Ctrl-C or kill -9, sends nothing twice that is delivered, and does nothing when
            all of it is.
            It ends with 0 when the file is delivered, with 8 when it is not, and prints its SHA-256.

            {ChannelAccess.Explanation}
            """);
        var access = new ChannelAccess(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var plan = access.Read(parsed);
            try
            {
                using var file = await OpenAsync(terminal, parsed.GetRequiredValue(path), parsed.GetValue(name), cancellation);
                return await SendAsync(terminal, plan, file, TimeSpan.FromSeconds(parsed.GetValue(wait)), parsed.GetValue(again), cancellation);
            }
            catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
            {
                throw new CommandException(ExitCode.NotDelivered, "interrupted", plan.Node.DataDirectory is null
                    ? "Interrupted; the file was not delivered."
                    : "Interrupted; run the same command again, and it goes on.");
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw new CommandException(ExitCode.Data, "data", e.Message);
            }
        });
        return command;
    }

    static async Task<OutgoingFile> OpenAsync(Terminal terminal, string path, string? name, CancellationToken cancellation)
    {
        var isInput = path == "-";
        name ??= isInput ? "stdin" : Path.GetFileName(path);
        if (!FileName.IsSafe(name))
            throw new CommandException(ExitCode.Usage, "usage", $"--name: '{name}' is no name that everybody can give to a file.");
        try
        {
            var file = isInput ? await OutgoingFile.TakeAsync(terminal.Bytes(), name, cancellation) : await OutgoingFile.OpenAsync(path, name, cancellation);
            if (file.Description.Size > 0)
                return file;
            file.Dispose();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new CommandException(ExitCode.Usage, "usage", $"'{path}' cannot be read: {e.Message}");
        }
        throw new CommandException(ExitCode.Usage, "usage", $"'{path}' is empty; there is nothing to send.");
    }

    static async Task<int> SendAsync(Terminal terminal, ChannelPlan plan, OutgoingFile file, TimeSpan wait, bool isNew, CancellationToken cancellation)
    {
        // An enumeration receives what happens after it has begun.
        IAsyncEnumerator<ChannelEvent>? events = null;
        await using var own = await plan.OpenAsync(
            terminal,
            channel =>
            {
                events = channel.Events(CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);
                channel.BackPressure += (_, pressure) => Tell(terminal, pressure);
            },
            cancellation);
        var records = plan.Node.DataDirectory is { } data ? Path.Combine(data, "transfers") : null;
        using var record = TransferRecord.Open(records, own.Channel, file.Description, isNew);
        var transfer = new FileTransfer(own.Channel, plan.Options.Segmentation.ChunkSizeBytes, file, record);
        if (!transfer.IsDone)
            await own.AwaitPeersAsync(wait, cancellation);
        await terminal.ProgressAsync(file.Description.Name, transfer.Progress.Chunks, async report =>
        {
            await transfer.RunAsync(
                events!,
                progress =>
                {
                    report(progress.Acknowledged);
                    if (terminal.IsJson)
                        terminal.Result(new ProgressTold("progress", file.Description.Name, progress.Chunks, progress.Acknowledged), (_, _) => { });
                },
                cancellation);
            return true;
        });
        var (shown, size, digest) = file.Description;
        terminal.Result(
            new FileSent("delivered", shown, size, digest, file.Parts, transfer.Resumed),
            (_, sent) => terminal.Output.WriteLine($"delivered {sent.Name}, {sent.Size} bytes, sha256 {sent.Sha256}"));
        return ExitCode.Done;
    }

    static void Tell(Terminal terminal, ChannelBackPressure pressure)
    {
        if (pressure.RequestId is not null)
            terminal.Note($"The rate limit holds a part back until {pressure.ExpectedPublishTime.ToLocalTime():HH:mm:ss}.");
    }

    sealed record ProgressTold(string Event, string Name, int Chunks, int Acknowledged);

    sealed record FileSent(string Event, string Name, long Size, string Sha256, int Parts, int Resumed);
}

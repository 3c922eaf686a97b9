using System.CommandLine;
using System.Globalization;
using System.Text;
using LogosActors.Channels;
using LogosActors.Delivery;
using LogosActors.Node.Hosting;

namespace LogosActors.Node.Cli;

/// <summary><c>logos channel open</c>: a conversation.</summary>
internal static class ChannelOpenCommand
{
    static readonly TimeSpan RetryWait = TimeSpan.FromMilliseconds(250);

    public static Command Create(Terminal terminal)
    {
        var command = new Command("open", "Sends the lines of standard input in a channel, and shows what comes and what becomes of each line.");
        command.Teaching($"""
              logos channel open lobby --tcp-port 60001
              logos channel open lobby --entry-node /ip4/127.0.0.1/tcp/60001 --data ~/.logos

            What others send is written to standard output, what happens to standard error; with --json all of it, as objects, to standard
            output. At the end of its input it waits for what is not confirmed, and ends with 8 when a line was not delivered.

            {ChannelAccess.Explanation}
            """);
        var access = new ChannelAccess(command);
        command.SetAction(async (parsed, cancellation) =>
        {
            var conversation = new Conversation(terminal);
            await using var own = await access.Read(parsed).OpenAsync(terminal, conversation.Attach, cancellation);
            terminal.Note($"Open as {own.Channel.SenderId}, reached at\n{string.Join('\n', own.Addresses)}\nCtrl-C or Ctrl-D ends.");
            await conversation.SendLinesAsync(own.Channel, cancellation);
            return await conversation.EndAsync(cancellation) ? ExitCode.Done : ExitCode.NotDelivered;
        });
        return command;
    }

    sealed class Conversation(Terminal terminal)
    {
        readonly Lock _gate = new();
        readonly HashSet<RequestId> _unfinished = [];
        readonly HashSet<RequestId> _early = [];
        TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
        bool _hasFailed;

        public void Attach(ReliableChannel channel)
        {
            channel.MessageReceived += (_, received) => Tell(
                new Told("received", Text: TextOf(received.Payload), Sender: received.SenderId, Request: received.RequestId.Value),
                told => terminal.Output.WriteLine($"{PrintableText.Of(told.Sender!)}: {told.Text}"));
            channel.MessageSent += (_, sent) => Note("sent", sent.RequestId);
            channel.MessageDelivered += (_, delivered) =>
            {
                Note("delivered", delivered.RequestId);
                End(delivered.RequestId, hasFailed: false);
            };
            channel.MessageSendError += (_, failed) =>
            {
                Note("send-error", failed.RequestId, failed.Error);
                End(failed.RequestId, hasFailed: true);
            };
            channel.BackPressure += (_, pressure) => Note(
                "back-pressure", pressure.RequestId, string.Create(CultureInfo.InvariantCulture, $"until {pressure.ExpectedPublishTime:yyyy-MM-dd HH:mm:ss} UTC"));
            channel.ProblemFound += (_, problem) => Note("problem", null, problem.Detail);
        }

        public async Task SendLinesAsync(ReliableChannel channel, CancellationToken cancellation)
        {
            // A console cannot be asked to give up: the read is left behind when the command ends.
            while (await Task.Run(terminal.Input.ReadLine, cancellation).WaitAsync(cancellation) is { } line)
            {
                if (line.Length > 0)
                    await SendAsync(channel, Encoding.UTF8.GetBytes(line), cancellation);
            }
        }

        /// <summary>Waits until every line has ended.</summary>
        /// <returns>Whether all were delivered.</returns>
        public async Task<bool> EndAsync(CancellationToken cancellation)
        {
            while (true)
            {
                Task ended;
                lock (_gate)
                {
                    if (_unfinished.Count == 0)
                        return !_hasFailed;
                    ended = _ended.Task;
                }
                await ended.WaitAsync(cancellation);
            }
        }

        async Task SendAsync(ReliableChannel channel, byte[] line, CancellationToken cancellation)
        {
            while (true)
            {
                var sent = await channel.SendAsync(line, cancellation);
                if (sent.IsSuccess)
                {
                    lock (_gate)
                    {
                        // It may have ended before this has heard its name.
                        if (!_early.Remove(sent.Value))
                            _unfinished.Add(sent.Value);
                    }
                    return;
                }
                if (sent.Error.Kind is not ChannelSendErrorKind.TooManyUnfinished)
                {
                    terminal.Fail("not-sent", sent.Error.Message);
                    _hasFailed = true;
                    return;
                }
                await Task.Delay(RetryWait, cancellation);
            }
        }

        void End(RequestId request, bool hasFailed)
        {
            lock (_gate)
            {
                _hasFailed |= hasFailed;
                if (!_unfinished.Remove(request))
                    _early.Add(request);
                _ended.TrySetResult();
                _ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            }
        }

        void Note(string happened, RequestId? request, string? detail = null) => Tell(
            new Told(happened, Text: detail, Request: request?.Value),
            told => terminal.Note($"  {told.Event} {told.Request}{(told.Text is null ? "" : " ")}{told.Text}"));

        void Tell(Told told, Action<Told> forPeople)
        {
            lock (_gate)
                terminal.Result(told, (_, shown) => forPeople(shown));
        }

        static string TextOf(ReadOnlyMemory<byte> payload) => ListenCommand.TextOf(payload.ToArray());

        sealed record Told(string Event, string? Text = null, string? Sender = null, string? Request = null);
    }
}

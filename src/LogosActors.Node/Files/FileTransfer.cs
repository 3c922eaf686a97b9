using LogosActors.Channels;
using LogosActors.Delivery;
using LogosActors.Node.Cli;

namespace LogosActors.Node.Files;

/// <summary>How much of a file others have confirmed.</summary>
/// <param name="Chunks">How many chunks it takes.</param>
/// <param name="Acknowledged">How many of them are confirmed.</param>
internal sealed record TransferProgress(int Chunks, int Acknowledged);

/// <summary>Sends a file in a channel, part by part, and goes on where an earlier run was ended.</summary>
internal sealed class FileTransfer(ReliableChannel channel, int chunkSize, OutgoingFile file, TransferRecord record)
{
    /// <summary>How many parts are under way at a time: half of what a receiver has room for, with the default options.</summary>
    const int Window = 8;

    readonly Dictionary<RequestId, int> _underWay = [];
    readonly int[] _chunks = [.. Enumerable.Range(0, file.Parts).Select(part => (file.MessageLengthOf(part) + chunkSize - 1) / chunkSize)];
    readonly int[] _acknowledged = [.. Enumerable.Range(0, file.Parts).Select(part => record.IsDelivered(part) ? (file.MessageLengthOf(part) + chunkSize - 1) / chunkSize : 0)];
    int _next;

    /// <summary>Whether all of it is confirmed.</summary>
    public bool IsDone => Enumerable.Range(0, file.Parts).All(record.IsDelivered);

    /// <summary>How far it has come.</summary>
    public TransferProgress Progress => new(_chunks.Sum(), _acknowledged.Sum());

    /// <summary>How many parts were delivered, or under way, before this run.</summary>
    public int Resumed { get; private set; }

    /// <summary>Sends what is not sent, and waits until all is confirmed.</summary>
    /// <param name="events">The channel's, from its opening on; disposed at the end.</param>
    /// <param name="report">Called with the progress.</param>
    /// <param name="cancellation">Ends this run.</param>
    /// <exception cref="CommandException">A part was not delivered.</exception>
    public async Task RunAsync(IAsyncEnumerator<ChannelEvent> events, Action<TransferProgress> report, CancellationToken cancellation)
    {
        await using var disposing = events.ConfigureAwait(false);
        await ResumeAsync(cancellation);
        await SendAsync(cancellation);
        report(Progress);
        if (IsDone)
            return;
        while (await events.MoveNextAsync().AsTask().WaitAsync(cancellation))
        {
            Take(events.Current);
            await SendAsync(cancellation);
            report(Progress);
            if (IsDone)
                return;
        }
        throw new CommandException(ExitCode.NotDelivered, "not-delivered", "The channel was closed.");
    }

    async Task ResumeAsync(CancellationToken cancellation)
    {
        var unfinished = (await channel.GetUnfinishedRequestsAsync(cancellation)).ToHashSet();
        foreach (var (part, request) in record.Requests.Where(sending => unfinished.Contains(sending.Value)))
            _underWay.Add(request, part);
        Resumed = _underWay.Count + Enumerable.Range(0, file.Parts).Count(record.IsDelivered);
    }

    async Task SendAsync(CancellationToken cancellation)
    {
        for (; _next < file.Parts && _underWay.Count < Window; _next++)
        {
            if (record.IsDelivered(_next) || _underWay.ContainsValue(_next))
                continue;
            var request = RequestId.New();
            var message = file.Read(_next);
            record.Begin(_next, request);
            var sent = await channel.SendNamedAsync(message, request, cancellation);
            if (sent.IsSuccess)
                _underWay.Add(request, _next);
            else if (sent.Error.Kind is ChannelSendErrorKind.TooManyUnfinished && _underWay.Count > 0)
                return;
            else
                throw NotDelivered(sent.Error.Message);
        }
    }

    void Take(ChannelEvent told)
    {
        if (told is not ReliableSendEvent { RequestId: var request } || !_underWay.TryGetValue(request, out var part))
            return;
        switch (told)
        {
            case ReliableMessageProgress progress:
                (_chunks[part], _acknowledged[part]) = (progress.Chunks, progress.Acknowledged);
                break;
            case ReliableMessageDelivered:
                _underWay.Remove(request);
                record.Deliver(part);
                _acknowledged[part] = _chunks[part];
                break;
            case ReliableMessageSendError failed:
                record.Fail(part);
                throw NotDelivered(failed.Error);
        }
    }

    static CommandException NotDelivered(string why) => new(ExitCode.NotDelivered, "not-delivered", why);
}

using LogosActors.Delivery.Events;
using Microsoft.Extensions.Logging;

namespace LogosActors.Channels.Hosting;

/// <summary>Tells the application what happens in a channel, and of each message that has come once, whatever fails in between.</summary>
/// <remarks>It outlives the channel's actors; one of them uses it at a time. It remembers the last <see cref="MaxRemembered"/> messages.</remarks>
internal sealed class ChannelVoice(int capacity, Action<ChannelEvent> raise, ILogger log)
{
    /// <summary>How many messages it remembers to have told.</summary>
    public const int MaxRemembered = 10_000;

    readonly HashSet<string> _told = new(StringComparer.Ordinal);
    readonly Queue<string> _order = new();

    /// <summary>For the application's readers.</summary>
    public EventStreams<ChannelEvent> Streams { get; } = new(capacity);

    /// <summary>Tells of a message that has come, unless it was told.</summary>
    public void TellOnce(string key, ReliableMessageReceived received)
    {
        if (!_told.Add(key))
            return;
        _order.Enqueue(key);
        if (_order.Count > MaxRemembered)
            _told.Remove(_order.Dequeue());
        Tell(received);
    }

    /// <summary>Tells readers and handlers.</summary>
    public void Tell(ChannelEvent told)
    {
        Streams.Write(told);
        try
        {
            raise(told);
        }
#pragma warning disable CA1031 // the application's failure is not the channel's
        catch (Exception e)
#pragma warning restore CA1031
        {
            log.LogError(e, "A handler of {Event} failed", told.GetType().Name);
        }
    }
}

using LogosActors.Delivery.Events;
using Microsoft.Extensions.Logging;

namespace LogosActors.Channels.Hosting;

/// <summary>Tells the application what happens in a channel: of each message that has come, and of each step of a request, once, whatever
/// fails in between. For any number of threads.</summary>
/// <remarks>It outlives the channel's actors, which tell first and store then. It remembers the last <see cref="MaxRemembered"/> of what is told
/// once.</remarks>
internal sealed class ChannelVoice(int capacity, Action<ChannelEvent> raise, ILogger log)
{
    /// <summary>How many things it remembers to have told.</summary>
    public const int MaxRemembered = 10_000;

    readonly Lock _turn = new();
    readonly HashSet<string> _told = new(StringComparer.Ordinal);
    readonly Queue<string> _order = new();

    /// <summary>For the application's readers.</summary>
    public EventStreams<ChannelEvent> Streams { get; } = new(capacity);

    /// <summary>Tells readers and handlers, unless something of that name was told.</summary>
    public void TellOnce(string name, ChannelEvent told)
    {
        lock (_turn)
        {
            if (!_told.Add(name))
                return;
            _order.Enqueue(name);
            if (_order.Count > MaxRemembered)
                _told.Remove(_order.Dequeue());
            Tell(told);
        }
    }

    /// <summary>Tells readers and handlers.</summary>
    public void Tell(ChannelEvent told)
    {
        lock (_turn)
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
}

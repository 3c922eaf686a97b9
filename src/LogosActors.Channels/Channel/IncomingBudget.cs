namespace LogosActors.Channels.Channel;

/// <summary>Bounds the bytes that wait for a channel. For any number of threads.</summary>
/// <remarks>It counts what is in mailboxes, which no actor can see; a <see cref="ChannelActor"/> that starts begins at zero.</remarks>
internal sealed class IncomingBudget(int maxBytes)
{
    long _bytes;
    long _dropped;

    /// <summary>How many messages found no room.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Whether half of the room or more is used.</summary>
    public bool IsBusy => Interlocked.Read(ref _bytes) >= maxBytes / 2;

    /// <summary>Makes room for a message, unless there is none.</summary>
    public bool TryTake(int bytes)
    {
        if (Interlocked.Add(ref _bytes, bytes) <= maxBytes)
            return true;
        Interlocked.Add(ref _bytes, -bytes);
        Drop();
        return false;
    }

    /// <summary>A message has been handled.</summary>
    public void Return(int bytes) => Interlocked.Add(ref _bytes, -bytes);

    /// <summary>A message is dropped that had found room.</summary>
    public void Drop() => Interlocked.Increment(ref _dropped);

    /// <summary>Nothing waits.</summary>
    public void Reset() => Interlocked.Exchange(ref _bytes, 0);
}

using System.Diagnostics.CodeAnalysis;

namespace LogosActors.Delivery.Sending;

/// <summary>Finds requests that stay in a stage for too long: an answer was lost, because whoever had to give it has failed.</summary>
/// <remarks>A queue, so that it costs no timer for each request. Those that have left the stage drop out by and by: at most about half are such.</remarks>
internal sealed class StageWatch(SendStage stage, TimeSpan most)
{
    const int LeastCapacity = 4096;

    readonly Queue<(OutgoingSend Send, TimeSpan Since)> _sends = new();
    int _capacity = LeastCapacity;

    /// <summary>Notes that a request enters the stage.</summary>
    public void Enter(OutgoingSend send, TimeSpan now)
    {
        (send.Stage, send.Since) = (stage, now);
        while (_sends.TryPeek(out var first) && HasLeft(first))
            _sends.Dequeue();
        if (_sends.Count >= _capacity)
            DropLeft();
        _sends.Enqueue((send, now));
    }

    /// <summary>Takes a request that has been in the stage for too long.</summary>
    public bool TryTakeOverdue(TimeSpan now, [NotNullWhen(true)] out OutgoingSend? send)
    {
        while (_sends.TryPeek(out var first))
        {
            var hasLeft = HasLeft(first);
            if (!hasLeft && now - first.Since < most)
                break;
            _sends.Dequeue();
            if (hasLeft)
                continue;
            send = first.Send;
            return true;
        }
        send = null;
        return false;
    }

    bool HasLeft((OutgoingSend Send, TimeSpan Since) entry) => entry.Send.Stage != stage || entry.Send.Since != entry.Since;

    void DropLeft()
    {
        for (var i = _sends.Count; i > 0; i--)
        {
            var entry = _sends.Dequeue();
            if (!HasLeft(entry))
                _sends.Enqueue(entry);
        }
        _capacity = Math.Max(LeastCapacity, 2 * _sends.Count);
    }
}

using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.StoreSync;

/// <summary>The messages that a peer may transfer: those that this side asked for in a reconciliation, each once. Not thread-safe.</summary>
/// <remarks>Where this side has said that it has nothing, the peer does not name its messages before it sends them: any of that range is
/// expected. At most <see cref="StoreSyncLimits.Ids"/> hashes and <see cref="StoreSyncLimits.Ranges"/> ranges.</remarks>
internal sealed class ExpectedMessages
{
    readonly HashSet<MessageHash> _hashes = [];
    readonly List<(ArchivePosition Lower, ArchivePosition Upper)> _ranges = [];

    /// <summary>Whether nothing is expected.</summary>
    public bool IsEmpty => _hashes.Count == 0 && _ranges.Count == 0;

    /// <summary>How many messages are known to be missing.</summary>
    public int Count => _hashes.Count;

    /// <summary>A message is missing.</summary>
    public void Add(ArchivePosition id)
    {
        if (_hashes.Count < StoreSyncLimits.Ids)
            _hashes.Add(id.Hash);
    }

    /// <summary>All messages of a range are missing.</summary>
    public void Add(ArchivePosition lower, ArchivePosition upper)
    {
        if (_ranges.Count == StoreSyncLimits.Ranges)
            return;
        var place = FirstAfter(lower);
        _ranges.Insert(place, (lower, upper));
    }

    /// <summary>Whether a message is expected; one that is named is so no longer.</summary>
    public bool Take(ArchivePosition id)
    {
        if (_hashes.Remove(id.Hash))
            return true;
        var next = FirstAfter(id);
        return next > 0 && id <= _ranges[next - 1].Upper;
    }

    int FirstAfter(ArchivePosition position)
    {
        var (low, high) = (0, _ranges.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (_ranges[middle].Lower <= position)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }
}

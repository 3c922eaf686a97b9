using LogosActors.Delivery.Archive;

namespace LogosActors.Delivery.StoreSync;

/// <summary>The messages that one payload is about: those of the topics that both sides have.</summary>
internal readonly struct ReconciliationScope(IReadOnlyList<OrderedIds> topics)
{
    /// <summary>How many messages are in a range, whose bounds are inclusive.</summary>
    public int Count(ArchivePosition lower, ArchivePosition upper)
    {
        var count = 0;
        foreach (var ids in topics)
            count += Math.Max(0, ids.CountThrough(upper) - ids.CountBefore(lower));
        return count;
    }

    /// <summary>The fingerprint of the messages of a range.</summary>
    public Fingerprint Sum(ArchivePosition lower, ArchivePosition upper)
    {
        var sum = default(Fingerprint);
        foreach (var ids in topics)
        {
            var (start, end) = (ids.CountBefore(lower), ids.CountThrough(upper));
            if (start < end)
                sum ^= ids.Sum(start, end);
        }
        return sum;
    }

    /// <summary>The messages of a range, ascending.</summary>
    public List<ArchivePosition> Ids(ArchivePosition lower, ArchivePosition upper)
    {
        List<ArchivePosition> found = [];
        var parts = 0;
        foreach (var ids in topics)
        {
            var before = found.Count;
            ids.AppendTo(found, ids.CountBefore(lower), ids.CountThrough(upper));
            parts += found.Count > before ? 1 : 0;
        }
        if (parts > 1)
            found.Sort();
        return found;
    }
}

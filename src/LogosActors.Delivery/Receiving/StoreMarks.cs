using LogosActors.Libp2p.Identity;

namespace LogosActors.Delivery.Receiving;

/// <summary>Up to when each store has answered completely for a content topic. Immutable.</summary>
/// <remarks>
/// One mark for all stores would trust the one that has answered last: a store that was cut off itself knows nothing of what it has missed,
/// and says so in no answer. The <see cref="MaxStores"/> stores with the latest marks are remembered; one that is forgotten is asked like
/// one that is new.
/// </remarks>
internal sealed class StoreMarks
{
    /// <summary>How many stores are remembered.</summary>
    public const int MaxStores = 16;

    // Ordered by time.
    readonly (PeerId Store, long Time)[] _marks;

    readonly long _since;

    /// <param name="since">Since when the topic is subscribed to, in nanoseconds since 1970 UTC: nothing before is asked for.</param>
    public StoreMarks(long since)
        : this([], since)
    {
    }

    StoreMarks((PeerId Store, long Time)[] marks, long since) => (_marks, _since) = (marks, since);

    /// <summary>Up to when some store has answered completely.</summary>
    public long Newest => _marks.Length > 0 ? Math.Max(_since, _marks[^1].Time) : _since;

    /// <summary>The marks of single stores, the earliest first.</summary>
    public IReadOnlyList<(PeerId Store, long Time)> Stores => _marks;

    /// <summary>A store's mark; null: it was not asked to the end, or not for long.</summary>
    public long? Of(PeerId store)
    {
        foreach (var (known, time) in _marks)
        {
            if (known == store)
                return time;
        }
        return null;
    }

    /// <summary>From where on a store is asked: its mark, but never more than the horizon before the newest of all; for a new store that.</summary>
    /// <param name="store">The store.</param>
    /// <param name="horizon">In nanoseconds.</param>
    public long StartFor(PeerId store, long horizon) => Math.Max(Of(store) ?? long.MinValue, Earliest(horizon));

    /// <summary>Before which time no store is asked any more.</summary>
    /// <param name="horizon">In nanoseconds.</param>
    public long Earliest(long horizon) => Newest < long.MinValue + horizon ? long.MinValue : Newest - horizon;

    /// <summary>A store has answered completely up to a time, which is before the last one, when a clock that was ahead was put right.</summary>
    public StoreMarks With(PeerId store, long time) => Of(store) == time
        ? this
        : new StoreMarks([.. _marks.Where(mark => mark.Store != store).Append((Store: store, Time: time)).OrderBy(mark => mark.Time).TakeLast(MaxStores)], _since);

    /// <summary>The marks that are not in the future: those that are were read from a clock that was wrong, and say nothing.</summary>
    /// <param name="now">The time now, in nanoseconds since 1970 UTC.</param>
    /// <param name="since">Since when the topic is subscribed to.</param>
    public StoreMarks Until(long now, long since) =>
        since == _since && Newest <= now ? this : new StoreMarks([.. _marks.Where(mark => mark.Time <= now)], since);
}

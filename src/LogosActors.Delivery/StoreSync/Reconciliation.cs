using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;

namespace LogosActors.Delivery.StoreSync;

/// <summary>One side of one reconciliation: finds out which messages only one of two stores has (WAKU-STORE-SYNC §Reconciliation). Pure.</summary>
/// <remarks>
/// <para>The sides take turns. A range with equal fingerprints is done with; another is split in equal times, until few enough messages are left
/// in it to list them. Splitting costs O(log n) for each part, where the Nim reference adds up all hashes again.</para>
/// <para>It differs from the reference where that loses or wastes something, in forms that the reference understands: a range too short to be
/// split is listed, not forgotten; a list that equals the own one is not returned; a long list is not returned for a short one, but the range
/// is split; and what is older than the index is left alone.</para>
/// <para>One that begins calls <see cref="Begin"/> and then <see cref="Answer"/> for each payload that comes, the other only the latter,
/// until <see cref="IsOver"/>.</para>
/// </remarks>
internal sealed class Reconciliation
{
    // How many ids answer a list, at most, before it is cheaper to split the range.
    const int LongListFactor = 10;

    readonly ReconciliationIndex _index;
    readonly IReadOnlyList<string> _pubsubTopics;
    readonly int _threshold;
    readonly int _partitions;
    readonly HashSet<MessageHash> _toSend = [];
    (IReadOnlyList<string> Pubsub, IReadOnlyList<string> Content, ReconciliationScope Scope)? _filtered;

    /// <param name="index">The store's ids; it may grow meanwhile.</param>
    /// <param name="pubsubTopics">The pubsub topics that the store keeps.</param>
    /// <param name="threshold">The most messages of a range that are listed.</param>
    /// <param name="partitions">In how many parts a range is split.</param>
    public Reconciliation(ReconciliationIndex index, IReadOnlyList<string> pubsubTopics, int threshold = 100, int partitions = 8) =>
        (_index, _pubsubTopics, _threshold, _partitions) = (index, pubsubTopics, threshold, partitions);

    /// <summary>Whether nothing more is to be received.</summary>
    public bool IsOver { get; private set; }

    /// <summary>How many payloads came.</summary>
    public int Rounds { get; private set; }

    /// <summary>Messages that only this side has, as far as is known.</summary>
    public IReadOnlyCollection<MessageHash> ToSend => _toSend;

    /// <summary>Messages that only the other side has, as far as is known.</summary>
    public ExpectedMessages Expected { get; } = new();

    /// <summary>The first payload.</summary>
    /// <param name="start">The first time, inclusive, in nanoseconds since 1970 UTC; not before the index's horizon.</param>
    /// <param name="end">The last time, exclusive.</param>
    public ReconciliationPayload Begin(long start, long end)
    {
        var (lower, upper) = (new ArchivePosition(Math.Max(start, _index.Horizon), default), new ArchivePosition(end, default));
        if (_pubsubTopics.Count == 0 || lower >= upper)
        {
            IsOver = true;
            return ReconciliationPayload.End;
        }
        var scope = new ReconciliationScope(_index.Select(_pubsubTopics, null));
        return Payload([new ReconciliationRange.Summary(lower, upper, scope.Sum(lower, upper))]);
    }

    /// <summary>What is to be answered.</summary>
    /// <param name="incoming">What the other side says.</param>
    /// <returns>The answer; null: none, it is over.</returns>
    public ReconciliationPayload? Answer(ReconciliationPayload incoming)
    {
        ArgumentNullException.ThrowIfNull(incoming);
        if (IsOver || incoming.IsEnd)
        {
            IsOver = true;
            return null;
        }
        Rounds++;
        var topics = incoming.PubsubTopics.Count == 0 ? _pubsubTopics : [.. _pubsubTopics.Intersect(incoming.PubsubTopics, StringComparer.Ordinal)];
        if (topics.Count == 0 || Rounds > StoreSyncLimits.Rounds)
            return End();
        var turn = new Turn(this, ScopeOf(topics, incoming.ContentTopics), incoming.Ranges.Count);
        foreach (var range in incoming.Ranges)
            turn.Process(range);
        return turn.Ranges is [] or [ReconciliationRange.Skip] ? End() : Payload(turn.Ranges);
    }

    ReconciliationPayload End()
    {
        IsOver = true;
        return ReconciliationPayload.End;
    }

    ReconciliationPayload Payload(IReadOnlyList<ReconciliationRange> ranges) => new() { PubsubTopics = _pubsubTopics, Ranges = ranges };

    // The other side names the same topics again and again.
    ReconciliationScope ScopeOf(IReadOnlyList<string> pubsub, IReadOnlyList<string> content)
    {
        if (content.Count == 0)
            return new ReconciliationScope(_index.Select(pubsub, null));
        if (_filtered is { } known && known.Pubsub.SequenceEqual(pubsub, StringComparer.Ordinal) && known.Content.SequenceEqual(content, StringComparer.Ordinal))
            return known.Scope;
        var scope = new ReconciliationScope(_index.Select(pubsub, content.ToHashSet(StringComparer.Ordinal)));
        _filtered = (pubsub, content, scope);
        return scope;
    }

    /// <summary>One payload's answer, as it is made.</summary>
    sealed class Turn(Reconciliation side, ReconciliationScope scope, int incoming)
    {
        int _ids;
        int _left = incoming;

        public List<ReconciliationRange> Ranges { get; } = [];

        public void Process(ReconciliationRange range)
        {
            _left--;
            var horizon = new ArchivePosition(side._index.Horizon, default);
            var (lower, upper) = (range.Lower, range.Upper);
            if (range is ReconciliationRange.Skip || upper <= horizon)
            {
                Skip(lower, upper);
                return;
            }
            if (lower < horizon && upper.Time > horizon.Time)
            {
                Skip(lower, horizon);
                lower = horizon;
            }
            if (range is ReconciliationRange.Summary summary)
                Compare(lower, upper, summary.Fingerprint);
            else if (range is ReconciliationRange.ItemSet items)
                Compare(lower, upper, items);
        }

        void Compare(ArchivePosition lower, ArchivePosition upper, Fingerprint theirs)
        {
            if (scope.Sum(lower, upper) == theirs)
                Skip(lower, upper);
            else if (scope.Count(lower, upper) <= side._threshold || !CanSplit(lower, upper))
                List(lower, upper);
            else
                Split(lower, upper);
        }

        void Compare(ArchivePosition lower, ArchivePosition upper, ReconciliationRange.ItemSet items)
        {
            // A list is returned for a list; where that is long, only the parts that differ are of interest.
            var isReturned = !items.IsReconciled;
            if (isReturned && scope.Count(lower, upper) > LongListFactor * side._threshold && CanSplit(lower, upper))
            {
                Split(lower, upper);
                return;
            }
            var ours = scope.Ids(lower, upper);
            if (_ids + ours.Count > StoreSyncLimits.Ids)
            {
                Skip(lower, upper);
                return;
            }
            if (FindDifferences(ours, items.Ids, lower, upper) && isReturned)
                Append(ours, lower, upper, isReconciled: true);
            else
                Skip(lower, upper);
        }

        /// <summary>Whether there are any.</summary>
        bool FindDifferences(List<ArchivePosition> ours, IReadOnlyList<ArchivePosition> theirs, ArchivePosition lower, ArchivePosition upper)
        {
            var (differs, mine) = (false, 0);
            foreach (var id in theirs)
            {
                if (id < lower || id > upper)
                    continue;
                for (; mine < ours.Count && ours[mine] < id; mine++)
                    differs |= Send(ours[mine]);
                if (mine < ours.Count && ours[mine] == id)
                {
                    mine++;
                    continue;
                }
                side.Expected.Add(id);
                differs = true;
            }
            for (; mine < ours.Count; mine++)
                differs |= Send(ours[mine]);
            return differs;
        }

        bool Send(ArchivePosition id)
        {
            side._toSend.Add(id.Hash);
            return true;
        }

        bool CanSplit(ArchivePosition lower, ArchivePosition upper) =>
            upper.Time - lower.Time >= side._partitions && Ranges.Count + _left + side._partitions <= StoreSyncLimits.Ranges;

        /// <summary>Equal times; the first ones get the nanoseconds that are left over.</summary>
        void Split(ArchivePosition lower, ArchivePosition upper)
        {
            var (length, rest) = Math.DivRem(upper.Time - lower.Time, side._partitions);
            var start = lower;
            for (var part = 0; part < side._partitions; part++)
            {
                var end = part == side._partitions - 1 ? upper : new ArchivePosition(start.Time + length + (part < rest ? 1 : 0), default);
                if (scope.Count(start, end) <= side._threshold)
                    List(start, end);
                else
                    Ranges.Add(new ReconciliationRange.Summary(start, end, scope.Sum(start, end)));
                start = end;
            }
        }

        void List(ArchivePosition lower, ArchivePosition upper)
        {
            var ours = scope.Ids(lower, upper);
            if (_ids + ours.Count > StoreSyncLimits.Ids)
            {
                Skip(lower, upper);
                return;
            }
            // Who has nothing needs no list to find out what is missing: everything is.
            if (ours.Count == 0)
                side.Expected.Add(lower, upper);
            Append(ours, lower, upper, isReconciled: ours.Count == 0);
        }

        void Append(List<ArchivePosition> ours, ArchivePosition lower, ArchivePosition upper, bool isReconciled)
        {
            _ids += ours.Count;
            Ranges.Add(new ReconciliationRange.ItemSet(lower, upper, ours, isReconciled));
        }

        void Skip(ArchivePosition lower, ArchivePosition upper)
        {
            if (Ranges is [.., ReconciliationRange.Skip previous])
                Ranges[^1] = previous with { Upper = upper };
            else
                Ranges.Add(new ReconciliationRange.Skip(lower, upper));
        }
    }
}

using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.StoreSync;
using Xunit.Abstractions;

namespace LogosActors.Delivery.Tests.StoreSync;

public sealed class ReconciliationTests(ITestOutputHelper output)
{
    const long Hour = 3_600_000_000_000;
    const long Start = 1_700_000_000_000_000_000;

    [Fact]
    public void Two_large_sets_that_differ_are_split_in_eight_fingerprints_as_in_the_Nim_reference()
    {
        var (local, remote) = Differing(2048, 70);
        var answer = Ask(local, remote, 1000, 1000 + 2047, out _);
        Assert.Equal(8, answer.Ranges.Count);
        Assert.All(answer.Ranges, range => Assert.IsType<ReconciliationRange.Summary>(range));
        Assert.Contains(answer.Ranges, range => range.Lower.Time <= 1070 && range.Upper.Time > 1070);
    }

    [Fact]
    public void The_second_turn_lists_the_messages_as_in_the_Nim_reference()
    {
        var (local, remote) = Differing(2048, 70);
        var part = Ask(local, remote, 1000, 1000 + 2047, out _).Ranges.Single(range => range.Lower.Time <= 1070 && range.Upper.Time > 1070);
        var answer = Ask(local, remote, part.Lower.Time, part.Upper.Time, out var side);
        var lists = answer.Ranges.Cast<ReconciliationRange.ItemSet>().ToList();
        Assert.Equal(8, lists.Count);
        Assert.Single(lists, list => list.Ids.Contains(SyncedStore.Id(1070, "message 70")));
        Assert.Empty(side.ToSend);
    }

    [Theory]
    [InlineData(8, 4, 2, 3)]
    [InlineData(300, 50, 8, 123)]
    public void A_set_that_is_small_in_parts_is_split_once_and_listed_as_in_the_Nim_reference(int count, int threshold, int partitions, int different)
    {
        var (local, remote) = Differing(count, different, threshold, partitions);
        var lists = Ask(local, remote, 1000, 1000 + count - 1, out _).Ranges.Cast<ReconciliationRange.ItemSet>().ToList();
        Assert.Equal(partitions, lists.Count);
        Assert.Single(lists, list => list.Ids.Contains(SyncedStore.Id(1000 + different, $"message {different}")));
    }

    [Fact]
    public void Of_two_ranges_the_equal_one_is_skipped_and_the_other_listed_as_in_the_Nim_reference()
    {
        var (local, remote) = (new SyncedStore(), new SyncedStore());
        for (var i = 0; i < 120; i++)
        {
            local.Add(SyncedStore.Id(1000 + i, $"message {i}"));
            remote.Add(SyncedStore.Id(1000 + i, i >= 60 ? $"other {i}" : $"message {i}"));
        }
        var answer = local.Side().Answer(Question(Summary(remote, 1000, 1060), Summary(remote, 1060, 1119)))!;
        Assert.Collection(
            answer.Ranges,
            range => Assert.IsType<ReconciliationRange.Skip>(range),
            range => Assert.False(Assert.IsType<ReconciliationRange.ItemSet>(range).IsReconciled));
    }

    [Fact]
    public void Eighty_thousand_messages_with_one_that_differs_are_three_turns_of_fingerprints_and_one_of_lists_as_in_the_Nim_reference()
    {
        const int Count = 80_000;
        var (local, remote) = Differing(Count, Count - 10);
        var (lower, upper) = (1000L, 1000L + Count - 1);
        for (var turn = 0; turn < 3; turn++)
        {
            var answer = Ask(local, remote, lower, upper, out _);
            Assert.Equal(8, answer.Ranges.Count);
            var different = answer.Ranges.Cast<ReconciliationRange.Summary>().First(range => range != Summary(remote, range.Lower.Time, range.Upper.Time));
            (lower, upper) = (different.Lower.Time, different.Upper.Time);
        }
        var lists = Ask(local, remote, lower, upper, out _);
        Assert.All(lists.Ranges, range => Assert.IsType<ReconciliationRange.ItemSet>(range));
        var side = remote.Side();
        side.Answer(lists);
        Assert.Equal(SyncedStore.Id(1000 + Count - 10, "other").Hash, Assert.Single(side.ToSend));
        Assert.True(side.Expected.Take(SyncedStore.Id(1000 + Count - 10, $"message {Count - 10}")));
    }

    [Fact]
    public void Equal_sets_are_done_with_after_one_answer()
    {
        var (one, other) = (new SyncedStore(), new SyncedStore());
        for (var i = 0; i < 1000; i++)
        {
            one.Add(SyncedStore.Id(Start + i, $"{i}"));
            other.Add(SyncedStore.Id(Start + i, $"{i}"));
        }
        Assert.Equal((2, 0), (one.SyncWith(other, Start, Start + Hour) is var exchange ? exchange.Payloads : 0, exchange.Sent));
    }

    [Fact]
    public void One_difference_among_a_hundred_thousand_messages_of_an_hour_costs_less_than_fifty_kilobytes()
    {
        const int Count = 100_000;
        var (one, other) = (new SyncedStore(), new SyncedStore());
        for (var i = 0; i < Count; i++)
        {
            var id = SyncedStore.Id(Start + (i * (Hour / Count)), $"{i}");
            one.Add(id);
            if (i != 54_321)
                other.Add(id);
        }
        var clock = System.Diagnostics.Stopwatch.StartNew();
        var exchange = one.SyncWith(other, Start, Start + Hour);
        output.WriteLine($"{exchange}, {clock.Elapsed.TotalMilliseconds:F1} ms");
        Assert.Equal((1, 0), (exchange.Sent, exchange.Refused));
        Assert.True(exchange.Bytes < 50_000, $"{exchange.Bytes} bytes");
        Assert.Equal(one.Ids.Order(), other.Ids.Order());
    }

    [Fact]
    public void An_empty_store_gets_everything_without_a_list_of_it()
    {
        var (full, empty) = (new SyncedStore(), new SyncedStore());
        for (var i = 0; i < 20_000; i++)
            full.Add(SyncedStore.Id(Start + (i * 100_000L), $"{i}"));
        var exchange = empty.SyncWith(full, Start, Start + Hour);
        Assert.Equal((20_000, 0), (exchange.Sent, exchange.Refused));
        Assert.True(exchange.Bytes < 10_000, $"{exchange.Bytes} bytes");
        Assert.Equal(full.Ids.Order(), empty.Ids.Order());
    }

    [Fact]
    public void A_burst_at_one_moment_that_cannot_be_split_is_listed_and_reconciled()
    {
        var burst = Enumerable.Range(0, 500).Select(i => SyncedStore.Id(Start + 1, $"{i}")).ToList();
        var (one, other) = (new SyncedStore().With(burst[..400]), new SyncedStore().With(burst[100..]));
        Assert.Equal(0, one.SyncWith(other, Start, Start + Hour).Refused);
        Assert.Equal(burst.Order(), one.Ids.Order());
        Assert.Equal(burst.Order(), other.Ids.Order());
    }

    [Fact]
    public void Any_two_sets_are_equal_after_one_reconciliation() =>
        Check.One(Config.QuickThrowOnFailure.WithMaxTest(300), Prop.ForAll(Scenes, scene =>
        {
            var one = new SyncedStore(scene.Threshold, scene.Partitions).With(scene.Shared).With(scene.OnlyOne);
            var other = new SyncedStore(scene.OtherThreshold, scene.OtherPartitions).With(scene.Shared).With(scene.OnlyOther);
            var exchange = one.SyncWith(other, Start, Start + Hour);
            Assert.Equal(0, exchange.Refused);
            Assert.Equal(scene.OnlyOne.Length + scene.OnlyOther.Length, exchange.Sent);
            Assert.Equal(one.Ids.Order(), other.Ids.Order());
            Assert.Equal(2, one.SyncWith(other, Start, Start + Hour).Payloads);
        }));

    [Fact]
    public void Only_topics_that_both_have_are_reconciled()
    {
        var one = new SyncedStore { Topics = ["/t/1", "/t/2"] };
        var other = new SyncedStore { Topics = ["/t/2", "/t/3"] };
        foreach (var (store, topic) in new[] { (one, "/t/1"), (one, "/t/2"), (other, "/t/2"), (other, "/t/3") })
        {
            for (var i = 0; i < 150; i++)
                store.Add(SyncedStore.Id(Start + i, $"{store == one} {topic} {i}"), topic);
        }
        var exchange = one.SyncWith(other, Start, Start + Hour);
        Assert.Equal((300, 0), (exchange.Sent, exchange.Refused));
        Assert.Equal((450, 450), (one.Index.Count, other.Index.Count));
    }

    [Fact]
    public void Without_a_topic_in_common_the_answer_is_the_end()
    {
        var side = new SyncedStore().With(SyncedStore.Id(Start, "a")).Side();
        var answer = side.Answer(Question(new ReconciliationRange.Summary(At(Start), At(Start + 1), default)) with { PubsubTopics = ["/t/other"] });
        Assert.Same(ReconciliationPayload.End, answer);
        Assert.True(side.IsOver);
        Assert.Empty(side.ToSend);
    }

    [Fact]
    public void Who_asks_for_some_content_topics_hears_of_those_only()
    {
        var store = new SyncedStore();
        store.Add(SyncedStore.Id(Start + 1, "a"), contentTopic: "/a/1/a/proto");
        store.Add(SyncedStore.Id(Start + 2, "b"), contentTopic: "/a/1/b/proto");
        var side = store.Side();
        side.Answer(Question(new ReconciliationRange.ItemSet(At(Start), At(Start + 9), [], IsReconciled: true)) with { ContentTopics = ["/a/1/b/proto"] });
        Assert.Equal(SyncedStore.Id(Start + 2, "b").Hash, Assert.Single(side.ToSend));
    }

    [Fact]
    public void What_was_evicted_is_neither_asked_for_nor_offered()
    {
        var ids = Enumerable.Range(0, 1000).Select(i => SyncedStore.Id(Start + (i * 1_000_000L), $"{i}")).ToList();
        var (small, large) = (new SyncedStore(capacity: 100).With(ids), new SyncedStore().With(ids));
        large.Add(SyncedStore.Id(Start + 999_000_001, "new"));
        Assert.Equal(100, small.Index.Count);
        Assert.Equal(1, large.SyncWith(small, Start, Start + Hour).Sent);
        large.Add(SyncedStore.Id(Start + 999_000_002, "newer"));
        Assert.Equal(1, small.SyncWith(large, Start, Start + Hour).Sent);
        Assert.Equal(100, small.Index.Count);
    }

    [Fact]
    public void A_range_before_the_horizon_is_left_alone_and_one_across_it_is_answered_from_there()
    {
        var (old, late) = (SyncedStore.Id(Start + 10, "old"), SyncedStore.Id(Start + 70, "late"));
        var store = new SyncedStore();
        store.Index.RemoveBefore(Start + 50);
        var side = store.Side();
        var answer = side.Answer(Question(
            new ReconciliationRange.ItemSet(At(Start), At(Start + 40), [old], IsReconciled: false),
            new ReconciliationRange.ItemSet(At(Start + 40), At(Start + 100), [SyncedStore.Id(Start + 45, "older"), late], IsReconciled: false)))!;
        Assert.Equal([At(Start + 50), At(Start + 100)], answer.Ranges.Select(range => range.Upper));
        Assert.IsType<ReconciliationRange.Skip>(answer.Ranges[0]);
        Assert.Equal(1, side.Expected.Count);
        Assert.True(side.Expected.Take(late));
    }

    [Fact]
    public void A_peer_that_never_ends_is_ended()
    {
        var side = new SyncedStore().With(SyncedStore.Id(Start, "a")).Side();
        var question = Question(new ReconciliationRange.Summary(At(Start), At(Start + 1000), Fingerprint.Of(SyncedStore.Id(0, "x").Hash)));
        var turns = 1;
        while (!side.Answer(question)!.IsEnd)
            Assert.True(++turns < 1000);
        Assert.Equal(StoreSyncLimits.Rounds + 1, turns);
        Assert.Null(side.Answer(question));
    }

    [Fact]
    public void Many_ranges_about_the_same_moment_do_not_multiply_its_messages()
    {
        var store = new SyncedStore();
        for (var i = 0; i < 2000; i++)
            store.Add(SyncedStore.Id(Start, $"{i}"));
        var last = new ArchivePosition(Start, new([.. Enumerable.Repeat(byte.MaxValue, 32)]));
        var range = new ReconciliationRange.Summary(At(Start), last, default);
        var answer = store.Side().Answer(Question([.. Enumerable.Repeat(range, StoreSyncLimits.Ranges)]))!;
        Assert.True(answer.Ranges.OfType<ReconciliationRange.ItemSet>().Sum(list => list.Ids.Count) <= StoreSyncLimits.Ids);
    }

    static readonly Arbitrary<Scene> Scenes = Arb.From(
        from seed in ArbMap.Default.GeneratorFor<int>()
        from shared in Gen.Frequency((3, Gen.Choose(0, 300)), (1, Gen.Choose(0, 3000)))
        from onlyOne in Gen.Frequency((2, Gen.Choose(0, 3)), (1, Gen.Choose(0, 500)))
        from onlyOther in Gen.Frequency((2, Gen.Choose(0, 3)), (1, Gen.Choose(0, 500)))
        from spread in Gen.Elements(1L, 20L, 100_000L, Hour)
        from thresholds in Gen.Choose(1, 100).Two()
        from partitions in Gen.Choose(2, 16).Two()
        select Scene.Make(seed, shared, onlyOne, onlyOther, spread, thresholds, partitions));

    internal sealed record Scene(
        ArchivePosition[] Shared, ArchivePosition[] OnlyOne, ArchivePosition[] OnlyOther, int Threshold, int OtherThreshold, int Partitions, int OtherPartitions)
    {
        public static Scene Make(
            int seed, int shared, int onlyOne, int onlyOther, long spread, (int One, int Other) thresholds, (int One, int Other) partitions)
        {
            var random = new Random(seed);
            ArchivePosition[] Make(int count, string name) =>
                [.. Enumerable.Range(0, count).Select(i => SyncedStore.Id(Start + random.NextInt64(spread), $"{seed} {name} {i}"))];
            return new Scene(
                Make(shared, "shared"), Make(onlyOne, "one"), Make(onlyOther, "other"), thresholds.One, thresholds.Other, partitions.One, partitions.Other);
        }

        public override string ToString() =>
            $"{Shared.Length} shared, {OnlyOne.Length} and {OnlyOther.Length} not, thresholds {Threshold} and {OtherThreshold}, partitions {Partitions} and {OtherPartitions}";
    }

    /// <summary>Sets of one message a nanosecond, of which one differs.</summary>
    static (SyncedStore Local, SyncedStore Remote) Differing(int count, int different, int threshold = 100, int partitions = 8)
    {
        var (local, remote) = (new SyncedStore(threshold, partitions), new SyncedStore(threshold, partitions));
        for (var i = 0; i < count; i++)
        {
            local.Add(SyncedStore.Id(1000 + i, $"message {i}"));
            remote.Add(SyncedStore.Id(1000 + i, i == different ? "other" : $"message {i}"));
        }
        return (local, remote);
    }

    static ReconciliationPayload Ask(SyncedStore local, SyncedStore remote, long lower, long upper, out Reconciliation side)
    {
        side = local.Side();
        return side.Answer(Question(Summary(remote, lower, upper)))!;
    }

    static ReconciliationRange.Summary Summary(SyncedStore store, long lower, long upper) =>
        new(At(lower), At(upper), new ReconciliationScope(store.Index.Select(store.Topics, null)).Sum(At(lower), At(upper)));

    static ReconciliationPayload Question(params ReconciliationRange[] ranges) => new() { PubsubTopics = [SyncedStore.Topic], Ranges = ranges };

    static ArchivePosition At(long time) => new(time, default);
}

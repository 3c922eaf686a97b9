using LogosActors.Actors.Persistence.Journals;

namespace LogosActors.Actors.Tests.Persistence;

public sealed class CommitQueueTests
{
    const int MaxEvents = 10;
    const int MaxBytes = 1000;

    readonly CommitQueue<Change> _queue = new("the test", capacity: 100, MaxEvents, MaxBytes, wakeInline: false);

    [Fact]
    public async Task What_arrives_while_a_group_commits_is_the_next_group()
    {
        var first = Submit(new Change(1, 1));
        var group = Take();
        var later = Enumerable.Range(0, 5).Select(_ => Submit(new Change(1, 1))).ToArray();
        Commit(group);
        await first;
        Assert.All(later, change => Assert.False(change.IsCompleted));
        group = Take();
        Assert.Equal(5, group.Count);
        Commit(group);
        await Task.WhenAll(later);
    }

    [Fact]
    public void A_group_is_bounded_by_events_and_by_bytes()
    {
        foreach (var change in new Change[] { new(6, 1), new(4, 1), new(1, 1), new(1, 999), new(1, 1) })
            _ = Submit(change);
        Assert.Equal([6, 4], Take().Select(change => change.Events));
        Assert.Equal([1L, 999L], Take().Select(change => change.Bytes));
        Assert.Single(Take());
    }

    [Fact]
    public void A_change_beyond_the_bounds_is_a_group_of_its_own()
    {
        foreach (var change in new Change[] { new(1, 1), new(MaxEvents + 1, 1), new(1, MaxBytes + 1), new(1, 1) })
            _ = Submit(change);
        for (var i = 0; i < 4; i++)
            Assert.Single(Take());
    }

    [Fact]
    public async Task A_refused_change_fails_and_the_others_of_its_group_do_not()
    {
        var bad = new Change(1, 1) { Refusal = new FormatException("bad") };
        var (good, refused) = (Submit(new Change(1, 1)), Submit(bad));
        Commit(Take());
        await good;
        await Assert.ThrowsAsync<FormatException>(() => refused);
    }

    [Fact]
    public async Task A_closed_queue_hands_over_what_it_accepted_and_refuses_the_rest()
    {
        var accepted = Submit(new Change(1, 1));
        _queue.Close();
        var error = await Assert.ThrowsAsync<ObjectDisposedException>(() => Submit(new Change(1, 1)));
        Assert.Contains("the test", error.Message, StringComparison.Ordinal);
        Assert.True(_queue.WaitForGroup());
        Commit(Take());
        await accepted;
        Assert.False(_queue.WaitForGroup());
    }

    static void Commit(List<Change> group) => group.ForEach(change => change.Committed());

    Task Submit(Change change) => _queue.SubmitAsync(change).AsTask();

    List<Change> Take()
    {
        var group = new List<Change>();
        _queue.TakeGroup(group);
        return group;
    }

    sealed class Change(int events, long bytes) : PendingChange(events, bytes);
}

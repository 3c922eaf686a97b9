using LogosActors.Delivery.Sending;

namespace LogosActors.Delivery.Tests.Sending;

public sealed class UnfinishedRequestsTests
{
    readonly UnfinishedRequests _unfinished = new();
    readonly RequestId _first = RequestId.New();
    readonly RequestId _second = RequestId.New();

    [Fact]
    public void Where_nothing_is_under_way_nothing_is_waited_for() =>
        Assert.True(_unfinished.WaitAsync(CancellationToken.None).IsCompletedSuccessfully);

    [Fact]
    public async Task The_last_request_that_ends_ends_the_wait()
    {
        _unfinished.Begin(_first);
        _unfinished.Begin(_second);
        var waiting = _unfinished.WaitAsync(CancellationToken.None);
        _unfinished.End(_first);
        _unfinished.End(_first);
        Assert.Equal((false, 1), (waiting.IsCompleted, _unfinished.Count));

        _unfinished.End(_second);

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task A_node_that_stops_ends_the_wait()
    {
        _unfinished.Begin(_first);
        var waiting = _unfinished.WaitAsync(CancellationToken.None);

        _unfinished.Clear();

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, _unfinished.Count);
    }

    [Fact]
    public async Task Who_does_not_want_to_wait_any_longer_is_let_go()
    {
        _unfinished.Begin(_first);
        using var late = new CancellationTokenSource();
        var waiting = _unfinished.WaitAsync(late.Token);

        await late.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
    }
}

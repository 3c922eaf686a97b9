using LogosActors.Delivery.Events;

namespace LogosActors.Delivery.Tests.Events;

public sealed class EventStreamsTests
{
    [Fact]
    public async Task A_reader_that_is_too_slow_loses_the_newest_events_which_are_counted_and_others_lose_none()
    {
        var streams = new EventStreams<MessagingEvent>(capacity: 2);
        await using var slow = streams.Read<ConnectionStatusChanged>(CancellationToken.None).GetAsyncEnumerator();
        await using var fast = streams.Read<ConnectionStatusChanged>(CancellationToken.None).GetAsyncEnumerator();
        foreach (var status in (ConnectionStatus[])[ConnectionStatus.Disconnected, ConnectionStatus.PartiallyConnected, ConnectionStatus.Connected])
        {
            streams.Write(new ConnectionStatusChanged(status));
            Assert.True(await fast.MoveNextAsync());
            Assert.Equal(status, fast.Current.Status);
        }

        Assert.Equal(1, streams.Missed);
        streams.Complete();
        Assert.True(await slow.MoveNextAsync());
        Assert.Equal(ConnectionStatus.Disconnected, slow.Current.Status);
        Assert.True(await slow.MoveNextAsync());
        Assert.Equal(ConnectionStatus.PartiallyConnected, slow.Current.Status);
        Assert.False(await slow.MoveNextAsync());
        Assert.False(await fast.MoveNextAsync());
    }
}

using LogosActors.Delivery.Events;
using LogosActors.TestKit;

namespace LogosActors.Delivery.Tests.Events;

public sealed class EventPublisherTests : IDisposable
{
    readonly Simulation _simulation = new(1);

    public void Dispose() => _simulation.Dispose();

    [Fact]
    public void A_handler_that_throws_loses_its_own_call_and_nothing_else()
    {
        var events = Publisher(capacity: 10);
        var (first, second) = (new List<ConnectionStatus>(), new List<ConnectionStatus>());
        Handle(events, raised =>
        {
            first.Add(raised.Status);
            throw new InvalidOperationException("the application's own");
        });
        Handle(events, raised => second.Add(raised.Status));

        events.Publish(new ConnectionStatusChanged(ConnectionStatus.Connected));
        events.Publish(new ConnectionStatusChanged(ConnectionStatus.Disconnected));
        _simulation.RunUntilIdle();

        Assert.Equal([ConnectionStatus.Connected, ConnectionStatus.Disconnected], first);
        Assert.Equal(first, second);
        Assert.Equal(0, events.Dropped);
    }

    [Fact]
    public void A_handler_whose_queue_is_full_drops_the_newest_events_which_are_counted()
    {
        var events = Publisher(capacity: 2);
        var told = new List<ConnectionStatus>();
        Handle(events, raised => told.Add(raised.Status));

        foreach (var status in (ConnectionStatus[])[ConnectionStatus.Disconnected, ConnectionStatus.PartiallyConnected, ConnectionStatus.Connected])
            events.Publish(new ConnectionStatusChanged(status));
        _simulation.RunUntilIdle();
        events.Publish(new ConnectionStatusChanged(ConnectionStatus.Connected));
        _simulation.RunUntilIdle();

        Assert.Equal([ConnectionStatus.Disconnected, ConnectionStatus.PartiallyConnected, ConnectionStatus.Connected], told);
        Assert.Equal(1, events.Dropped);
    }

    [Fact]
    public void So_many_bytes_wait_for_a_handler_or_an_enumeration_and_one_event_whatever_its_size()
    {
        var queue = new EventQueue(capacity: 1000);
        Assert.True(queue.TryEnter((int)EventQueue.MaxBytes + 1));
        Assert.False(queue.TryEnter(1));
        queue.Leave((int)EventQueue.MaxBytes + 1);
        for (var i = 0; i < 16; i++)
            Assert.True(queue.TryEnter((int)EventQueue.MaxBytes / 16));
        Assert.False(queue.TryEnter(1));
        Assert.Equal(16, queue.Count);
        queue.Leave((int)EventQueue.MaxBytes / 16);
        Assert.True(queue.TryEnter(1));
    }

    [Fact]
    public void A_call_of_more_than_30_s_is_reported_once_until_the_handler_has_caught_up()
    {
        var queue = new EventQueue(capacity: 10);
        queue.Begin(TimeSpan.Zero);
        Assert.True(queue.TryEnter(1));

        Assert.False(queue.ShouldReport(TimeSpan.FromSeconds(29), isFull: false));
        Assert.True(queue.ShouldReport(TimeSpan.FromSeconds(30), isFull: false));
        Assert.False(queue.ShouldReport(TimeSpan.FromSeconds(90), isFull: true));

        queue.End();
        Assert.False(queue.ShouldReport(TimeSpan.FromSeconds(90), isFull: false));
        queue.Leave(1);
        queue.Begin(TimeSpan.FromSeconds(100));
        Assert.True(queue.ShouldReport(TimeSpan.FromSeconds(130), isFull: false));
    }

    [Fact]
    public void A_handler_gets_the_events_of_its_type_until_it_is_removed()
    {
        var events = Publisher(capacity: 10);
        var told = new List<MessagingEvent>();
        Action<ShardHealthChanged> key = told.Add;
        events.Add(key, key);

        events.Publish(new ConnectionStatusChanged(ConnectionStatus.Connected));
        events.Publish(new ShardHealthChanged("one", TopicHealth.Unhealthy));
        _simulation.RunUntilIdle();
        events.Remove(key);
        events.Publish(new ShardHealthChanged("two", TopicHealth.Unhealthy));
        _simulation.RunUntilIdle();

        Assert.Equal("one", Assert.IsType<ShardHealthChanged>(Assert.Single(told)).Shard);
        Assert.False(events.IsObserved);
    }

    [Fact]
    public async Task A_reader_that_is_too_slow_loses_the_newest_events_which_are_counted_and_others_lose_none()
    {
        var events = Publisher(capacity: 2);
        await using var slow = events.Read<ConnectionStatusChanged>(CancellationToken.None).GetAsyncEnumerator();
        await using var fast = events.Read<ConnectionStatusChanged>(CancellationToken.None).GetAsyncEnumerator();
        foreach (var status in (ConnectionStatus[])[ConnectionStatus.Disconnected, ConnectionStatus.PartiallyConnected, ConnectionStatus.Connected])
        {
            events.Publish(new ConnectionStatusChanged(status));
            Assert.True(await fast.MoveNextAsync());
            Assert.Equal(status, fast.Current.Status);
        }

        Assert.Equal(1, events.Dropped);
        events.Complete();
        Assert.True(await slow.MoveNextAsync());
        Assert.Equal(ConnectionStatus.Disconnected, slow.Current.Status);
        Assert.True(await slow.MoveNextAsync());
        Assert.Equal(ConnectionStatus.PartiallyConnected, slow.Current.Status);
        Assert.False(await slow.MoveNextAsync());
        Assert.False(await fast.MoveNextAsync());
    }

    [Fact]
    public async Task What_is_opened_once_the_publisher_is_completed_ends_at_once()
    {
        var events = Publisher(capacity: 2);
        events.Complete();

        await foreach (var _ in events.Read<MessagingEvent>(CancellationToken.None))
            Assert.Fail("There is no event.");
        Handle(events, static _ => Assert.Fail("There is no event."));
        events.Publish(new ConnectionStatusChanged(ConnectionStatus.Connected));
        _simulation.RunUntilIdle();

        Assert.False(events.IsObserved);
    }

    [Fact]
    public void What_is_never_enumerated_holds_nothing()
    {
        var events = Publisher(capacity: 2);
        _ = events.Read<MessagingEvent>(CancellationToken.None);

        for (var i = 0; i < 10; i++)
            events.Publish(new ConnectionStatusChanged(ConnectionStatus.Connected));

        Assert.False(events.IsObserved);
        Assert.Equal(0, events.Dropped);
    }

    EventPublisher<MessagingEvent> Publisher(int capacity) => new(_simulation.System, "test", capacity);

    static void Handle(EventPublisher<MessagingEvent> events, Action<ConnectionStatusChanged> handler) => events.Add(handler, handler);
}

using LogosActors.Libp2p.Limits;
using LogosActors.Libp2p.Multiplexing;
using LogosActors.Libp2p.Multiplexing.Mplex;
using LogosActors.Libp2p.Multiplexing.Yamux;
using LogosActors.Libp2p.Tests.Multiplexing;

namespace LogosActors.Libp2p.Tests.Limits;

public sealed class MemoryBudgetTests
{
    const int Kibi = 1024;

    public static TheoryData<bool> YamuxOrMplex => [true, false];

    static (MuxEnd Client, MuxEnd Server) Connect(MemoryAccount memory, bool isYamux) => isYamux
        ? (new MuxEnd(new YamuxSession(true, new YamuxOptions(), default)), new MuxEnd(new YamuxSession(false, new YamuxOptions(), default, memory)))
        : (new MuxEnd(new MplexSession(new MplexOptions())), new MuxEnd(new MplexSession(new MplexOptions(), memory)));

    [Fact]
    public void Pressure_is_told_once_each_time_that_three_quarters_are_passed()
    {
        var budget = new MemoryBudget(1000);
        var told = 0;
        budget.Pressed = () => told++;

        budget.Count(750);
        Assert.Equal((0, true, false), (told, budget.IsTight, budget.IsPressed));
        budget.Count(1);
        budget.Count(200);
        Assert.Equal((1, true), (told, budget.IsPressed));
        budget.Count(-300);
        Assert.False(budget.IsPressed);
        budget.Count(400);
        Assert.Equal((2, true), (told, budget.IsExceeded));
    }

    [Theory]
    [MemberData(nameof(YamuxOrMplex))]
    public void Unread_bytes_are_counted_until_they_are_read(bool isYamux)
    {
        var budget = new MemoryBudget(1000 * Kibi);
        var memory = new MemoryAccount(budget);
        var (client, server) = Connect(memory, isYamux);
        client.Write(client.Open(), 100 * Kibi);
        server.Deliver(client.TakeWire());

        Assert.Equal((100 * Kibi, 100 * Kibi), (budget.Used, memory.Held));
        server.Consume(server.Streams[0], 40 * Kibi);
        Assert.Equal(60 * Kibi, budget.Used);
        server.Session.Reset(server.Streams[0].Mux);
        Assert.Equal(0, budget.Used);
    }

    [Theory]
    [MemberData(nameof(YamuxOrMplex))]
    public void What_comes_beyond_the_budget_of_all_connections_resets_its_stream(bool isYamux)
    {
        var budget = new MemoryBudget(300 * Kibi);
        var (first, firstServer) = Connect(new MemoryAccount(budget), isYamux);
        var (second, secondServer) = Connect(new MemoryAccount(budget), isYamux);
        first.Write(first.Open(), 200 * Kibi);
        firstServer.Deliver(first.TakeWire());
        second.Write(second.Open(), 150 * Kibi);
        secondServer.Deliver(second.TakeWire());

        Assert.Contains(MuxSignalKind.Reset, secondServer.Signals);
        Assert.DoesNotContain(MuxSignalKind.Reset, firstServer.Signals);
        Assert.Equal(200 * Kibi, budget.Used);
        Assert.Equal(MuxError.None, secondServer.Session.Failure);

        firstServer.Consume(firstServer.Streams[0], 200 * Kibi);
        second.Write(second.Open(), 150 * Kibi);
        secondServer.Deliver(second.TakeWire());
        Assert.Equal(150 * Kibi, budget.Used);
    }

    [Theory]
    [MemberData(nameof(YamuxOrMplex))]
    public void An_ended_connection_gives_back_what_was_never_read(bool isYamux)
    {
        var budget = new MemoryBudget(1000 * Kibi);
        var (client, server) = Connect(new MemoryAccount(budget), isYamux);
        client.Write(client.Open(), 100 * Kibi);
        server.Deliver(client.TakeWire());

        server.Session.End();
        Assert.Equal(0, budget.Used);
        server.Consume(server.Streams[0], 50 * Kibi);
        server.Session.Reset(server.Streams[0].Mux);
        Assert.Equal(0, budget.Used);
    }

    [Theory]
    [InlineData(700, 256)]
    [InlineData(3000, 512)]
    public void Windows_do_not_grow_while_memory_is_tight(int budget, int window)
    {
        var others = new MemoryBudget(budget * Kibi);
        others.Count(400 * Kibi);
        var (client, server) = Connect(new MemoryAccount(others), isYamux: true);
        client.Deliver(server.TakeWire());
        server.Now = client.Now = TimeSpan.FromMilliseconds(100);
        server.Deliver(client.TakeWire());
        Assert.True(((YamuxSession)server.Session).RoundTrip > TimeSpan.Zero);

        client.Write(client.Open(), 20 * Kibi);
        server.Deliver(client.TakeWire());
        client.Write(client.Streams[0], 200 * Kibi);
        server.Deliver(client.TakeWire());
        server.Consume(server.Streams[0], 220 * Kibi);
        client.Deliver(server.TakeWire());

        Assert.Equal(window * Kibi, client.Write(client.Streams[0], 10_000 * Kibi));
    }

    [Fact]
    public void Of_those_that_hold_most_the_one_of_the_lowest_score_makes_room()
    {
        ConnectionWorth Worth(double score, bool isKept = false) => new(isKept, IsDialer: false, Streams: 1, score, TimeSpan.FromHours(1));

        Assert.Equal(-1, Pruning.ChooseForMemory([], []));
        Assert.Equal(-1, Pruning.ChooseForMemory([Worth(0, isKept: true), Worth(0)], [100, 0]));
        Assert.Equal(1, Pruning.ChooseForMemory([Worth(0), Worth(0), Worth(0)], [10, 100, 99]));
        Assert.Equal(2, Pruning.ChooseForMemory([Worth(-5), Worth(1), Worth(0)], [10, 100, 50]));
        Assert.Equal(1, Pruning.ChooseForMemory([Worth(0, isKept: true), Worth(0)], [1000, 1]));
    }
}

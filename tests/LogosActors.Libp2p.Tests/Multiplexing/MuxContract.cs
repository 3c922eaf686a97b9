using LogosActors.Libp2p.Multiplexing;
using LogosActors.Libp2p.Tests.Fuzzing;

namespace LogosActors.Libp2p.Tests.Multiplexing;

/// <summary>What every stream multiplexer promises, shown on two sessions that talk to each other.</summary>
public abstract class MuxContract
{
    static readonly TimeSpan Hop = TimeSpan.FromMilliseconds(5);

    private protected abstract IMultiplexer NewSession(bool isClient);

    private protected (MuxEnd Client, MuxEnd Server) Connect() => (new MuxEnd(NewSession(true)), new MuxEnd(NewSession(false)));

    /// <summary>Carries everything over the wire, both ways, until both sides are silent.</summary>
    private protected static void Settle(MuxEnd a, MuxEnd b)
    {
        for (var silent = 0; silent < 2;)
        {
            var bytes = a.TakeWire();
            silent = bytes.Length == 0 ? silent + 1 : 0;
            a.Now = b.Now = (a.Now > b.Now ? a.Now : b.Now) + Hop;
            b.Deliver(bytes);
            (a, b) = (b, a);
        }
    }

    [Fact]
    public void Bytes_of_many_streams_arrive_in_order_whatever_happens_and_however_they_are_cut()
    {
        var first = Random.Shared.Next();
        for (var seed = first; seed < first + 12; seed++)
        {
            try
            {
                Simulate(new Random(seed));
            }
            catch (Exception e) when (e is not OutOfMemoryException)
            {
                throw new InvalidOperationException($"seed {seed}: {e.Message}", e);
            }
        }
    }

    void Simulate(Random random)
    {
        var (client, server) = Connect();
        MuxEnd[] ends = [client, server];
        var wires = new Queue<byte>[] { new(), new() };
        for (var step = 0; step < 400; step++)
        {
            var side = random.Next(2);
            Act(ends[side], random);
            foreach (var b in ends[side].TakeWire())
                wires[side].Enqueue(b);
            var from = random.Next(2);
            var bytes = Math.Min(wires[from].Count, random.Next(4) switch { 0 => 1, 1 => random.Next(40), _ => random.Next(200_000) });
            ends[1 - from].Now += TimeSpan.FromMilliseconds(random.Next(20));
            ends[1 - from].Deliver(Enumerable.Range(0, bytes).Select(_ => wires[from].Dequeue()).ToArray());
        }
        for (var from = 0; from < 2; from++)
            ends[1 - from].Deliver(wires[from].ToArray());
        foreach (var end in ends)
            foreach (var stream in end.Streams)
                end.Write(stream, 0, finish: true);
        Settle(client, server);
        foreach (var end in ends)
            foreach (var stream in end.Streams)
                end.Consume(stream, int.MaxValue);
        Settle(client, server);

        Assert.Equal(MuxError.None, client.Session.Failure);
        Assert.Equal(MuxError.None, server.Session.Failure);
        foreach (var (here, there) in Pairs(client, server).Where(pair => !pair.Here.IsReset && !pair.There.IsReset))
        {
            Assert.Equal(here.Sent, there.Received);
            Assert.Equal(there.Sent, here.Received);
            Assert.True(here.IsFinished && there.IsFinished);
        }
        Assert.Equal(0, client.Session.StreamCount);
        Assert.Equal(0, server.Session.StreamCount);
    }

    static void Act(MuxEnd end, Random random)
    {
        var stream = end.Streams.Count == 0 ? null : end.Streams[random.Next(end.Streams.Count)];
        switch (random.Next(10))
        {
            case 0 or 1 when end.Streams.Count < 20:
                end.TryOpen();
                break;
            case 2 or 3 or 4 or 5 when stream is { IsReset: false }:
                end.Write(stream, random.Next(random.Next(2) == 0 ? 200 : 150_000));
                break;
            case 6 or 7 when stream is { IsReset: false }:
                end.Consume(stream, random.Next(300_000));
                break;
            case 8 when stream is { IsReset: false } && random.Next(5) == 0:
                end.Write(stream, 0, finish: true);
                break;
            case 9 when stream is { IsReset: false } && random.Next(20) == 0:
                stream.IsReset = true;
                end.Session.Reset(stream.Mux);
                break;
        }
    }

    static IEnumerable<(TestStream Here, TestStream There)> Pairs(MuxEnd client, MuxEnd server) =>
        from here in client.Streams
        join there in server.Streams on (here.Mux.Id, here.Mux.IsOutbound) equals (there.Mux.Id, !there.Mux.IsOutbound)
        select (here, there);

    [Fact]
    public void Hostile_bytes_end_at_most_in_a_typed_error()
    {
        var (client, server) = Connect();
        for (var i = 0; i < 3; i++)
            client.Write(client.Open(), 10);
        client.Write(client.Streams[0], 5, finish: true);
        client.Session.Reset(client.Streams[1].Mux);
        var request = client.TakeWire();
        server.Deliver(request);
        server.Write(server.Streams[2], 20, finish: true);
        var answer = server.TakeWire();
        Mutations.Check(
            bytes =>
            {
                var (_, victim) = Connect();
                var source = (ReadOnlySpan<byte>)bytes;
                for (var kind = MuxSignalKind.Opened; kind is not (MuxSignalKind.None or MuxSignalKind.Failed);)
                    kind = victim.Session.Read(ref source, default).Kind;
                return source.IsEmpty && victim.Session.StreamCount <= bytes.Length;
            },
            request,
            answer);
    }

    [Fact]
    public void A_stream_may_be_written_before_the_peer_knows_of_it()
    {
        var (client, server) = Connect();
        client.Write(client.Open(), 5);
        server.Deliver(client.TakeWire());
        Assert.Equal(5, Assert.Single(server.Streams).Received);
    }

    [Fact]
    public void A_stream_that_waits_for_its_peer_is_announced_nevertheless()
    {
        var (client, server) = Connect();
        var opened = client.Open();
        Settle(client, server);
        server.Write(Assert.Single(server.Streams), 7);
        Settle(server, client);
        Assert.Equal(7, opened.Received);
    }

    [Fact]
    public void One_side_may_finish_and_still_receive()
    {
        var (client, server) = Connect();
        var here = client.Open();
        client.Write(here, 3, finish: true);
        Settle(client, server);
        var there = Assert.Single(server.Streams);
        Assert.True(there.IsFinished);
        Assert.Equal(1, server.Session.StreamCount);

        server.Write(there, 100, finish: true);
        Settle(client, server);
        Assert.Equal(100, here.Received);
        Assert.True(here.IsFinished);
        Assert.Equal(0, client.Session.StreamCount);
        Assert.Equal(0, server.Session.StreamCount);
    }

    [Fact]
    public void Nothing_can_be_sent_on_a_stream_after_it_was_finished()
    {
        var (client, _) = Connect();
        var stream = client.Open();
        client.Write(stream, 1, finish: true);
        Assert.Equal(0, client.Write(stream, 1));
    }

    [Fact]
    public void A_reset_ends_both_directions_and_bytes_under_way_are_dropped()
    {
        var (client, server) = Connect();
        var here = client.Open();
        client.Write(here, 10);
        Settle(client, server);
        var there = Assert.Single(server.Streams);

        server.Session.Reset(there.Mux);
        client.Write(here, 1000);
        Settle(client, server);
        Assert.True(here.IsReset);
        Assert.Equal(10, there.Received);
        Assert.Equal(0, client.Session.StreamCount);
        Assert.Equal(MuxError.None, server.Session.Failure);
        Assert.Equal(0, client.Write(here, 1));
    }

    [Fact]
    public void A_stream_that_is_reset_before_anybody_heard_of_it_leaves_no_trace()
    {
        var (client, server) = Connect();
        client.Session.Reset(client.Open().Mux);
        Settle(client, server);
        Assert.Empty(server.Streams);
        Assert.Equal(MuxError.None, server.Session.Failure);
    }

    [Fact]
    public void A_side_that_goes_away_refuses_new_streams_and_keeps_the_old()
    {
        var (client, server) = Connect();
        var old = client.Open();
        Settle(client, server);
        server.Session.GoAway();
        var late = client.Open();
        client.Write(late, 1);
        client.Write(old, 9);
        server.Deliver(client.TakeWire());
        Settle(server, client);
        Assert.True(late.IsReset);
        Assert.Equal(9, server.Streams[0].Received);
        Assert.Single(server.Streams);
    }
}

using Akka.Actor;
using LogosActors.Actors;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Identify;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Records;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Identify;

public sealed class IdentifyTests
{
    static void Answer(TestHost host, StreamHandler handler)
    {
        host.Host.RemoveHandler(IdentifyExchange.Protocol);
        host.Host.Handle(IdentifyExchange.Protocol, handler);
    }

    [Fact]
    public async Task Peers_that_connect_learn_who_the_other_is()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync(new Libp2pHostOptions { AgentVersion = "there/1" });
        there.Host.Handle("/echo/1.0.0", (_, _) => Task.CompletedTask);
        await here.ConnectAsync(there);
        await TestHost.Until(() => here.Host.IdentityOf(there.Id) is not null && there.Host.IdentityOf(here.Id) is not null);
        var identity = here.Host.IdentityOf(there.Id)!;
        Assert.Equal(there.Key.PublicKey, identity.PublicKey);
        Assert.Equal("there/1", identity.AgentVersion);
        Assert.Contains("/echo/1.0.0", identity.Protocols);
        Assert.Equal(there.Host.ListenAddresses, identity.ListenAddresses.Select(address => address.Encapsulate(there.Id)));
        Assert.False(identity.SignedRecord.IsEmpty);
        Assert.Equal("127.0.0.1", identity.ObservedAddress?.Host);
        await TestHost.Until(() => here.Events.OfType<PeerIdentified>().Any());
    }

    [Fact]
    public void What_is_remembered_of_a_peer_is_bounded_however_much_it_says()
    {
        using var key = PrivateKey.Generate(KeyType.Ed25519);
        Multiaddr[] addresses = [.. Enumerable.Range(0, 70).Select(i => Multiaddr.Parse($"/dns4/{new string('a', 60)}.example.org/tcp/{i}"))];
        var message = new IdentifyMessage
        {
            Protocols = [.. Enumerable.Range(0, 500).Select(i => $"/{new string('a', 50)}/{i}")],
            SignedRecord = new PeerRecord(PeerId.FromPublicKey(key.PublicKey), 1, addresses).Seal(key),
        };

        Assert.True(IdentifyCheck.TryAccept(message, key.PublicKey, out var identity, out _));

        Assert.InRange(identity.Protocols.Sum(protocol => protocol.Length), 1, IdentifyCheck.MaxKeptProtocols);
        Assert.InRange(identity.ListenAddresses.Sum(address => address.Bytes.Length), 1, IdentifyCheck.MaxKeptAddresses);
        Assert.True(identity.SignedRecord.IsEmpty);
    }

    [Fact]
    public async Task A_protocol_that_is_added_later_is_told_to_connected_peers()
    {
        await using var here = await TestHost.StartAsync();
        await using var there = await TestHost.StartAsync();
        await here.ConnectAsync(there);
        await TestHost.Until(() => here.Host.IdentityOf(there.Id) is not null && there.Host.IdentityOf(here.Id) is not null);
        there.Host.Handle("/late/1", (_, _) => Task.CompletedTask);
        await TestHost.Until(() => here.Host.IdentityOf(there.Id)!.Protocols.Contains("/late/1"));
        there.Host.RemoveHandler("/late/1");
        await TestHost.Until(() => !here.Host.IdentityOf(there.Id)!.Protocols.Contains("/late/1"));
    }

    [Fact]
    public async Task An_identify_actor_that_crashes_costs_exchanges_under_way_and_asks_again()
    {
        await using var system = TestSystem.Create();
        await using var here = await TestHost.StartAsync(system: system);
        await using var there = await TestHost.StartAsync();
        // What is asked for is to be seen alone.
        here.Host.RemoveHandler(IdentifyExchange.PushProtocol);
        var answer = new IdentifyMessage { PublicKey = there.Key.PublicKey.Encode(), AgentVersion = "there/1" }.Encode();
        var asked = 0;
        Answer(there, async (stream, cancellation) =>
        {
            // The first question is never answered.
            if (Interlocked.Increment(ref asked) == 1)
                await Task.Delay(Timeout.InfiniteTimeSpan, cancellation);
            await LengthPrefixed.WriteAsync(stream, answer, cancellation);
        });
        await here.ConnectAsync(there);
        await TestHost.Until(() => Volatile.Read(ref asked) == 1);

        (await system.FindAsync("/user/host-*/identify")).Tell(new PipeFailure(new InvalidOperationException("on purpose")));

        await here.Host.PingAsync(there.Id);
        await TestHost.Until(() => here.Host.IdentityOf(there.Id)?.AgentVersion is "there/1");
        Assert.Equal(2, Volatile.Read(ref asked));
    }

    [Fact]
    public async Task A_peer_that_shows_anothers_key_is_disconnected()
    {
        await using var here = await TestHost.StartAsync();
        await using var liar = await TestHost.StartAsync();
        Answer(liar, async (stream, cancellation) =>
            await LengthPrefixed.WriteAsync(
                stream, new IdentifyMessage { PublicKey = here.Key.PublicKey.Encode() }.Encode(), cancellation));
        Assert.True((await here.Host.DialAsync(liar.Address)).IsConnected);
        await TestHost.Until(() => here.Events.Contains(new PeerDisconnected(liar.Id, ConnectionFailure.Closed)));
        Assert.Null(here.Host.IdentityOf(liar.Id));
    }

    [Fact]
    public async Task An_identity_that_is_too_large_or_never_ends_is_not_read_and_costs_nothing_else()
    {
        await using var here = await TestHost.StartAsync();
        await using var large = await TestHost.StartAsync();
        await using var endless = await TestHost.StartAsync();
        // What is asked for is to be seen alone: the others would push their true identity as well.
        here.Host.RemoveHandler(IdentifyExchange.PushProtocol);
        var refused = 0;
        Answer(large, async (stream, cancellation) =>
        {
            try
            {
                // A length of 2^31: nothing of it may be allocated.
                await stream.WriteAsync(new byte[] { 0x80, 0x80, 0x80, 0x80, 0x08 }, cancellation);
                await stream.ReadAsync(new byte[1], cancellation);
                await stream.ReadAsync(new byte[1], cancellation);
            }
            finally
            {
                Interlocked.Increment(ref refused);
            }
        });
        Answer(endless, async (stream, cancellation) =>
        {
            try
            {
                while (true)
                    await LengthPrefixed.WriteAsync(stream, new IdentifyMessage { AgentVersion = "again" }.Encode(), cancellation);
            }
            finally
            {
                Interlocked.Increment(ref refused);
            }
        });
        await here.ConnectAsync(large);
        await here.ConnectAsync(endless);
        await TestHost.Until(() => Volatile.Read(ref refused) == 2);
        Assert.Null(here.Host.IdentityOf(large.Id));
        Assert.Null(here.Host.IdentityOf(endless.Id));
        await here.Host.PingAsync(large.Id);
        await here.Host.PingAsync(endless.Id);
    }
}

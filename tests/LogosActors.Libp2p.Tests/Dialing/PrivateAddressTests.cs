using System.Net;
using System.Net.Sockets;
using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Dialing;
using LogosActors.Libp2p.Hosting;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Dialing;

/// <summary>A host that stays out of private networks, except where the application leads it there.</summary>
public sealed class PrivateAddressTests : IDisposable
{
    static readonly Libp2pHostOptions InPublic = new() { AllowPrivateAddresses = false };

    readonly TcpListener _trap = new(IPAddress.Loopback, 0);

    public PrivateAddressTests() => _trap.Start();

    int TrapPort => ((IPEndPoint)_trap.LocalEndpoint).Port;

    Multiaddr Trap => Multiaddr.Parse($"/ip4/127.0.0.1/tcp/{TrapPort}");

    public void Dispose() => _trap.Dispose();

    [Fact]
    public async Task What_a_peer_says_of_itself_leads_no_dial_into_a_private_network()
    {
        await using var host = await TestHost.StartAsync(InPublic);
        await using var stranger = await TestHost.StartAsync(new Libp2pHostOptions
        {
            AnnounceAddresses =
            [
                Trap, Multiaddr.Parse("/ip4/10.1.2.3/tcp/1"), Multiaddr.Parse("/ip4/169.254.169.254/tcp/80"), Multiaddr.Parse($"/ip6/::ffff:127.0.0.1/tcp/{TrapPort}"),
                Multiaddr.Parse($"/dns4/localhost/tcp/{TrapPort}"), Multiaddr.Parse($"/dns4/localhost/tcp/{TrapPort}/ws"), Multiaddr.Parse("/ip4/8.8.8.8/udp/1"),
            ],
        });
        await stranger.ConnectAsync(host);
        await TestHost.Until(() => host.Events.Any(told => told is PeerIdentified));
        await stranger.DisposeAsync();
        await TestHost.Until(() => host.Host.ConnectedPeers.Count == 0);

        Assert.Equal([Multiaddr.Parse("/ip4/8.8.8.8/udp/1")], host.Host.Find(stranger.Id)!.Addresses);
        Assert.Equal(ConnectionFailure.NoAddress, (await host.Host.DialAsync(stranger.Id)).Failure);
        Assert.False(_trap.Pending());
    }

    [Fact]
    public async Task What_other_peers_say_of_a_peer_leads_no_dial_into_a_private_network()
    {
        await using var host = await TestHost.StartAsync(InPublic);
        await using var peer = await TestHost.StartAsync();

        var waiter = new TaskCompletionSource<DialResult>();
        host.Host.Actor.Tell(new Host.Dial(peer.Id, [Trap, peer.Address], waiter, AddressOrigin.Stranger), Akka.Actor.ActorRefs.NoSender);

        Assert.Equal(ConnectionFailure.NoAddress, (await waiter.Task).Failure);
        Assert.False(_trap.Pending());
        Assert.Empty(peer.Events);
    }

    [Fact]
    public async Task Names_and_records_of_strangers_lead_to_public_addresses_only()
    {
        var resolver = new AddressResolver((_, _) => Task.FromResult<IReadOnlyList<string>>(
            ["dnsaddr=/ip4/10.1.2.3/tcp/1", "dnsaddr=/dns4/localhost/tcp/2", "dnsaddr=/ip4/8.8.8.8/tcp/3"]))
        {
            AllowPrivate = false,
        };
        async Task<string[]> ResolveAsync(AddressOrigin origin, string address) =>
            [.. (await resolver.ResolveAsync([Multiaddr.Parse(address)], origin, default)).Select(found => found.ToString())];

        Assert.Equal(["/ip4/8.8.8.8/tcp/3"], await ResolveAsync(AddressOrigin.Application, "/dnsaddr/list.example"));
        Assert.Equal(["/ip4/8.8.8.8/tcp/3"], await ResolveAsync(AddressOrigin.Stranger, "/dnsaddr/list.example"));
        Assert.Equal(["/ip4/127.0.0.1/tcp/4"], await ResolveAsync(AddressOrigin.Application, "/dns4/localhost/tcp/4"));
        Assert.Empty(await ResolveAsync(AddressOrigin.Stranger, "/dns4/localhost/tcp/4"));
        Assert.Empty(await ResolveAsync(AddressOrigin.Stranger, "/dns4/localhost/tcp/4/wss"));
        // A name that only looks like one needs no server.
        Assert.Equal(["/ip4/8.8.8.8/tcp/443/tls/sni/8.8.8.8/ws"], await ResolveAsync(AddressOrigin.Stranger, "/dns4/8.8.8.8/tcp/443/wss"));
    }

    [Fact]
    public async Task A_peer_that_the_application_names_is_dialed_in_a_private_network_whatever_it_says_of_itself()
    {
        await using var host = await TestHost.StartAsync(InPublic);
        await using var peer = await TestHost.StartAsync();

        host.Host.Keep(peer.Id, peer.Address);
        await TestHost.Until(() => host.Events.Any(told => told is PeerIdentified));
        await peer.Host.DisconnectAsync(host.Id);

        await TestHost.Until(() => host.Events.Count(told => told is PeerConnected) == 2);
        Assert.Equal([peer.Id], host.Host.ConnectedPeers);
    }

    [Fact]
    public async Task A_host_in_a_public_network_announces_no_private_address()
    {
        var announced = Multiaddr.Parse("/ip4/8.8.8.8/tcp/1");
        await using var host = await TestHost.StartAsync(InPublic);
        await using var named = await TestHost.StartAsync(InPublic with { AnnounceAddresses = [Trap, announced] });
        await using var peer = await TestHost.StartAsync();
        await peer.ConnectAsync(host);
        await peer.ConnectAsync(named);

        await TestHost.Until(() => peer.Host.IdentityOf(host.Id) is not null && peer.Host.IdentityOf(named.Id) is not null);

        Assert.Empty(peer.Host.IdentityOf(host.Id)!.ListenAddresses);
        Assert.Equal([announced], peer.Host.IdentityOf(named.Id)!.ListenAddresses);
    }
}

using System.Buffers;
using System.Collections.Concurrent;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Gossipsub;

/// <summary>A peer over loopback TCP without a router: it says what the test makes it say, and notes what it hears if it reads at all.</summary>
internal sealed class HostileGossiper : IAsyncDisposable
{
    readonly TestHost _host;
    readonly LibP2pStream _stream;
    readonly ArrayBufferWriter<byte> _bytes = new();

    HostileGossiper(TestHost host, LibP2pStream stream) => (_host, _stream) = (host, stream);

    public PeerId Id => _host.Id;

    /// <summary>What it was told, one line for each part of an RPC.</summary>
    public ConcurrentQueue<string> Heard { get; private init; } = new();

    /// <summary>Connects to a node, and subscribes to its topic.</summary>
    /// <param name="node">The victim.</param>
    /// <param name="protocol">The protocol's id.</param>
    /// <param name="reads">Whether it reads what it is sent.</param>
    public static async Task<HostileGossiper> JoinAsync(GossipNode node, string protocol, bool reads = true)
    {
        var host = await TestHost.StartAsync();
        var heard = new ConcurrentQueue<string>();
        host.Host.Handle(protocol, (stream, cancellation) =>
            reads ? HearAsync(stream, heard, cancellation) : Task.Delay(Timeout.InfiniteTimeSpan, cancellation));
        await host.ConnectAsync(node.Host);
        var gossiper = new HostileGossiper(host, await host.Host.OpenStreamAsync(node.Host.Id, protocol)) { Heard = heard };
        var subscribers = (await node.Gossipsub.StatusAsync(GossipNode.Topic)).Subscribers;
        await gossiper.SayAsync(rpc => rpc.Subscription(GossipNode.Topic, subscribe: true));
        await node.HasSubscribersAsync(subscribers + 1);
        return gossiper;
    }

    /// <summary>Sends an RPC.</summary>
    /// <returns>False when the node has hung up.</returns>
    public async Task<bool> SayAsync(Action<GossipsubRpc> write)
    {
        var rpc = new GossipsubRpc();
        write(rpc);
        _bytes.ResetWrittenCount();
        rpc.WriteTo(_bytes);
        try
        {
            await LengthPrefixed.WriteAsync(_stream, _bytes.WrittenSpan, default);
            return true;
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Speaks until the node hangs up.</summary>
    public async Task FloodAsync(Action<GossipsubRpc> write)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        while (await SayAsync(write))
            late.Token.ThrowIfCancellationRequested();
    }

    /// <summary>How many message ids it was asked for.</summary>
    public int Asked => Heard.Where(line => line.StartsWith("iwant", StringComparison.Ordinal)).Sum(line => line.Split(' ').Length - 1);

    public int CountHeard(string start) => Heard.Count(line => line.StartsWith(start, StringComparison.Ordinal));

    static async Task HearAsync(LibP2pStream stream, ConcurrentQueue<string> heard, CancellationToken cancellation)
    {
        while (await LengthPrefixed.ReadAsync(stream, 1 << 24, cancellation) is ({ } message, _))
        {
            foreach (var line in RpcText.Read(message))
                heard.Enqueue(line);
        }
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();
}

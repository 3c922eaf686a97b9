using LogosActors.Libp2p.Addresses;
using LogosActors.Libp2p.Connections;
using LogosActors.Libp2p.Encoding;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using LogosActors.Libp2p.Requests;
using LogosActors.Libp2p.Tests.Connections;
using LogosActors.Libp2p.Tests.Hosting;

namespace LogosActors.Libp2p.Tests.Documentation;

/// <summary>The code that docs/libp2p.md shows.</summary>
public sealed class Libp2pSamples
{
    [Fact]
    public async Task A_host_is_made_dialed_and_asked()
    {
        // sample: make-host
        using var key = PrivateKey.Generate(KeyType.Ed25519);       // key.Encode() is what to keep, for the same peer id tomorrow
        await using var host = await Libp2pHost.CreateAsync(key, new Libp2pHostOptions
        {
            ListenAddresses = [Multiaddr.Parse("/ip4/127.0.0.1/tcp/0")],
        });
        Console.WriteLine(host.ListenAddresses[0]);                 // /ip4/127.0.0.1/tcp/54321/p2p/12D3Koo…
        // end sample

        // sample: handle
        host.Handle("/echo/1.0.0", async (stream, cancellation) =>
        {
            var buffer = new byte[4096];
            for (int read; (read = await stream.ReadAsync(buffer, cancellation)) > 0;)
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellation);
        });
        // end sample

        // sample: serve
        host.Serve(Greeting.Protocol, (peer, name, cancellation) => Task.FromResult($"Hello, {name}"));
        // end sample
        await using var other = await TestHost.StartAsync();
        Assert.Equal("Hello, Ada", await GreetAsync(other.Host, host.ListenAddresses[0]));
    }

    [Fact]
    public async Task A_host_gossips()
    {
        await using var publisher = await TestHost.StartAsync();
        await using var subscriber = await TestHost.StartAsync();
        var publishing = publisher.Host.UseGossipsub();
        var heard = new TaskCompletionSource<PubsubMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var enough = new CancellationTokenSource();
        var listening = GossipAsync(subscriber.Host, message => heard.TrySetResult(message), enough.Token);
        Assert.True((await subscriber.Host.DialAsync(publisher.Host.ListenAddresses[0])).IsConnected);
        do
        {
            // Until the two have told each other what they are subscribed to, nobody is there to hear it.
            await publishing.PublishAsync("news", Guid.NewGuid().ToByteArray());
        }
        while (await Task.WhenAny(heard.Task, listening, Task.Delay(50)) != heard.Task && !listening.IsCompleted);

        Assert.Equal(publisher.Host.PeerId, (await heard.Task).ReceivedFrom);
        await enough.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => listening);
    }

    static async Task GossipAsync(Libp2pHost host, Action<PubsubMessage> show, CancellationToken cancellation)
    {
        // sample: gossip
        var gossipsub = host.UseGossipsub();
        await using var news = await gossipsub.SubscribeAsync("news");
        await gossipsub.PublishAsync("news", "hello"u8.ToArray(), cancellation);  // to the peers; not to the host's own subscriptions
        await foreach (var message in news.ReadAllAsync(cancellation))
            show(message);
        // end sample
    }

    static async Task<string> GreetAsync(Libp2pHost host, Multiaddr address)
    {
        // sample: dial
        var dialed = await host.DialAsync(address);
        if (!dialed.IsConnected)
            throw new InvalidOperationException(dialed.Reason);     // names every address that was tried, and why it failed
        await using var stream = await host.OpenStreamAsync(dialed.Peer, "/echo/1.0.0");
        await stream.WriteAsync("hello"u8.ToArray());
        await stream.CloseWriteAsync();
        // end sample
        Assert.Equal("hello"u8.ToArray(), await stream.ReadToEndAsync());

        // sample: ask
        using var client = host.CreateClient(Greeting.Protocol);
        var answer = await client.RequestAsync(dialed.Peer, "Ada");
        var text = answer.IsAnswered ? answer.Response : $"{answer.Failure}: {answer.Reason}";
        // end sample
        return text;
    }

    [Fact]
    public async Task What_happens_to_peers_is_told()
    {
        await using var there = await TestHost.StartAsync();
        await using var here = await TestHost.StartAsync();
        var (host, peer, address) = (here.Host, there.Id, there.Address);
        // sample: peers
        host.Subscribe(told => Console.WriteLine(told));            // PeerConnected, PeerIdentified, PeerDisconnected
        host.Keep(peer, address);                                   // dialed now and whenever it is lost; never pruned
        host.SetScore(peer, 5);                                     // the lowest makes room when the host is full
        // end sample
        await TestHost.Until(() => host.ConnectedPeers.Contains(peer));
    }
}

// sample: protocol
static class Greeting                                       // one question, one answer, each behind its length
{
    static readonly MessageCodec<string> Text = new(System.Text.Encoding.UTF8.GetBytes, TryDecode) { MaxLength = 1000 };

    public static RequestProtocol<string, string> Protocol { get; } = new() { Id = "/greeting/1.0.0", Request = Text, Response = Text };

    static bool TryDecode(ReadOnlySpan<byte> source, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? text, out DecodeError error)
    {
        var isText = System.Text.Unicode.Utf8.IsValid(source);      // hostile bytes: an error, never an exception
        (text, error) = isText ? (System.Text.Encoding.UTF8.GetString(source), DecodeError.None) : (null, DecodeError.InvalidText);
        return isText;
    }
}
// end sample

using System.Text;
using Akka.Actor;
using LogosActors.Interop.Tests.Peers;
using LogosActors.Libp2p.Gossipsub;

namespace LogosActors.Interop.Tests.Gossipsub;

/// <summary>Gossipsub between hosts of ours and js-libp2p's (@chainsafe/libp2p-gossipsub).</summary>
public sealed class MixedMeshTests
{
    const string Topic = "news";

    static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(200);

    [Theory]
    [InlineData(true, "tcp")]
    [InlineData(false, "tcp")]
    [InlineData(false, "ws")]
    public async Task What_any_node_of_a_mixed_line_publishes_reaches_all_others(bool areSigned, string transport)
    {
        await using var first = await OurHost.StartAsync(transport);
        await using var second = await StartTheirsAsync(areSigned, transport);
        await using var third = await OurHost.StartAsync(transport);
        await using var fourth = await StartTheirsAsync(areSigned, transport);
        var (ofFirst, ofThird) = (Use(first, areSigned), Use(third, areSigned));
        await using var atFirst = await ofFirst.SubscribeAsync(Topic);
        await using var atThird = await ofThird.SubscribeAsync(Topic);
        await second.CallAsync("subscribe", new { Topic });
        await fourth.CallAsync("subscribe", new { Topic });
        await first.ConnectAsync(second, weDial: true);
        await third.ConnectAsync(second, weDial: false);
        await third.ConnectAsync(fourth, weDial: true);
        await HasMeshAsync(ofFirst, 1);
        await HasMeshAsync(second, 2);
        await HasMeshAsync(ofThird, 2);
        await HasMeshAsync(fourth, 1);

        Assert.Equal(PublishOutcome.Sent, await ofFirst.PublishAsync(Topic, "first"u8.ToArray()));
        await PublishAsync(second, "second");
        Assert.Equal(PublishOutcome.Sent, await ofThird.PublishAsync(Topic, "third"u8.ToArray()));
        await PublishAsync(fourth, "fourth");

        Assert.Equal(["fourth", "second", "third"], await TakeAsync(atFirst));
        Assert.Equal(["first", "fourth", "second"], await TakeAsync(atThird));
        await HeardAsync(second, "first", areSigned ? first : null);
        await HeardAsync(second, "third", areSigned ? third : null);
        await HeardAsync(fourth, "first", areSigned ? first : null);
        await HeardAsync(fourth, "third", areSigned ? third : null);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_js_peer_that_has_gone_and_come_back_is_heard_again(bool weDial)
    {
        await using var ours = await OurHost.StartAsync();
        await using var theirs = await StartTheirsAsync(areSigned: false, "tcp");
        var gossipsub = Use(ours, areSigned: false);
        await using var subscription = await gossipsub.SubscribeAsync(Topic);
        await theirs.CallAsync("subscribe", new { Topic });
        await ours.ConnectAsync(theirs, weDial);
        await HasMeshAsync(theirs, 1);

        await theirs.CallAsync("close", new { Peer = ours.Id.ToString() });
        await OurHost.UntilAsync(async () => (await gossipsub.StatusAsync(Topic)).Peers == 0);
        await ours.ConnectAsync(theirs, weDial);
        await OurHost.UntilAsync(async () => OurHost.Texts(await theirs.CallAsync("mesh", new { Topic }), "subscribers").Contains(ours.Id.ToString(), StringComparer.Ordinal));
        await PublishAsync(theirs, "back");

        await using var messages = subscription.ReadAllAsync().GetAsyncEnumerator();
        Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal("back"u8.ToArray(), messages.Current.Data.ToArray());
        Assert.Equal(theirs.Id, messages.Current.ReceivedFrom);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task After_a_failure_of_our_router_both_sides_hear_each_other_again(bool weDial)
    {
        await using var ours = await OurHost.StartAsync();
        await using var theirs = await StartTheirsAsync(areSigned: false, "tcp");
        var gossipsub = Use(ours, areSigned: false);
        await using var subscription = await gossipsub.SubscribeAsync(Topic);
        await theirs.CallAsync("subscribe", new { Topic });
        await ours.ConnectAsync(theirs, weDial);
        await HasMeshAsync(theirs, 1);
        await HasMeshAsync(gossipsub, 1);

        // Nobody says such a thing; it stands for a defect.
        gossipsub.Actor.Tell(new Gossip.GetStatus(null!), ActorRefs.NoSender);

        Assert.Equal(0, (await gossipsub.StatusAsync(Topic)).Peers);
        await OurHost.UntilAsync(async () => (await gossipsub.StatusAsync(Topic)).Subscribers == 1);
        await OurHost.UntilAsync(async () => OurHost.Texts(await theirs.CallAsync("mesh", new { Topic }), "subscribers").Contains(ours.Id.ToString(), StringComparer.Ordinal));
        Assert.Equal(PublishOutcome.Sent, await gossipsub.PublishAsync(Topic, "theirs"u8.ToArray()));
        await HeardAsync(theirs, "theirs", author: null);
        await PublishAsync(theirs, "ours");
        await using var messages = subscription.ReadAllAsync().GetAsyncEnumerator();
        Assert.True(await messages.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.Equal("ours"u8.ToArray(), messages.Current.Data.ToArray());
    }

    static GossipsubService Use(OurHost host, bool areSigned) => host.Host.UseGossipsub(new GossipsubOptions
    {
        HeartbeatInterval = Beat,
        Signatures = areSigned ? SignaturePolicy.StrictSign : SignaturePolicy.StrictNoSign,
        MessageId = areSigned ? MessageIdFunction.AuthorAndSequence : MessageIdFunction.Sha256OfData,
    });

    static Task<JsPeer> StartTheirsAsync(bool areSigned, string transport) => JsPeer.StartAsync(new()
    {
        Transports = [transport],
        Muxers = ["yamux", "mplex"],
        Gossipsub = new { HeartbeatInterval = Beat.TotalMilliseconds, GlobalSignaturePolicy = areSigned ? "StrictSign" : "StrictNoSign" },
    });

    static async Task PublishAsync(JsPeer peer, string text) =>
        await peer.CallAsync("publish", new { Topic, Data = Convert.ToBase64String(Encoding.UTF8.GetBytes(text)) });

    static async Task HeardAsync(JsPeer peer, string text, OurHost? author)
    {
        var message = await peer.EventAsync("message", message => message.GetProperty("data").GetBytesFromBase64().AsSpan().SequenceEqual(Encoding.UTF8.GetBytes(text)));
        Assert.Equal(author is not null, message.GetProperty("signed").GetBoolean());
        if (author is not null)
            Assert.Equal(author.Id.ToString(), message.GetProperty("author").GetString());
    }

    static async Task<IEnumerable<string>> TakeAsync(TopicSubscription subscription)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var texts = new List<string>();
        await foreach (var message in subscription.ReadAllAsync(late.Token))
        {
            texts.Add(Encoding.UTF8.GetString(message.Data.Span));
            if (texts.Count == 3)
                break;
        }
        return texts.Order(StringComparer.Ordinal);
    }

    static Task HasMeshAsync(GossipsubService gossipsub, int peers) =>
        OurHost.UntilAsync(async () => (await gossipsub.StatusAsync(Topic)).Mesh.Count == peers);

    static Task HasMeshAsync(JsPeer peer, int peers) =>
        OurHost.UntilAsync(async () => OurHost.Texts(await peer.CallAsync("mesh", new { Topic }), "mesh").Count() == peers);
}

using LogosActors.Delivery.Archive;
using LogosActors.Delivery.RateLimits;
using LogosActors.Delivery.Sending;
using LogosActors.Libp2p.Gossipsub;
using LogosActors.Libp2p.Identity;
using LogosActors.TestKit;
using Xunit.Abstractions;

namespace LogosActors.Delivery.Tests.Sending;

public sealed class SendsTests(ITestOutputHelper output) : IDisposable
{
    readonly Simulation _host = new(SimulatedSystems.Options with { Seed = 1 });

    public void Dispose() => _host.Dispose();

    [Fact]
    public void A_message_that_peers_have_taken_is_sent_at_once_when_there_is_no_store()
    {
        var scene = new SendsScene(_host);

        var request = scene.Send();
        _host.RunFor(TimeSpan.FromMilliseconds(1));

        Assert.Collection(
            scene.EventsOf(request), told => Assert.IsType<MessagePropagated>(told), told => Assert.False(Assert.IsType<MessageSent>(told).IsStored));
        Assert.Equal(0, scene.Unfinished);
    }

    [Fact]
    public void A_message_waits_for_peers()
    {
        var scene = new SendsScene(_host) { Publish = static () => PublishOutcome.NoPeers };
        var request = scene.Send();
        _host.RunFor(TimeSpan.FromSeconds(20));
        Assert.Empty(scene.Events);

        scene.Publish = static () => PublishOutcome.Sent;
        _host.RunFor(TimeSpan.FromSeconds(10));

        scene.AssertEndedOnce(request);
        Assert.IsType<MessageSent>(scene.Events[^1]);
    }

    [Fact]
    public void A_publish_whose_answer_is_lost_is_tried_again()
    {
        var outcomes = new Queue<PublishOutcome?>([null, null, PublishOutcome.Sent]);
        var scene = new SendsScene(_host) { Publish = outcomes.Dequeue };

        var request = scene.Send();
        _host.RunFor(TimeSpan.FromSeconds(12));

        scene.AssertEndedOnce(request);
        Assert.IsType<MessageSent>(scene.Events[^1]);
    }

    [Fact]
    public void A_message_that_no_peer_takes_ends_in_an_error_at_the_time_out()
    {
        var scene = new SendsScene(_host) { Publish = static () => PublishOutcome.NoPeers };

        var request = scene.Send();
        _host.RunFor(TimeSpan.FromSeconds(59));
        Assert.Empty(scene.Events);
        _host.RunFor(TimeSpan.FromSeconds(1));

        Assert.Contains("60 s", Assert.IsType<MessageError>(Assert.Single(scene.EventsOf(request))).Error, StringComparison.Ordinal);
    }

    [Fact]
    public void Stores_are_asked_for_many_messages_at_once_and_the_answer_ends_them()
    {
        var scene = new SendsScene(_host) { HasStore = true };

        RequestId[] requests = [.. Enumerable.Range(0, 250).Select(_ => scene.Send())];
        _host.RunFor(TimeSpan.FromSeconds(4));

        Assert.All(requests, scene.AssertEndedOnce);
        Assert.Equal(250, scene.Events.OfType<MessageSent>().Count(sent => sent.IsStored));
        Assert.Equal([100, 100, 50], scene.Questions);
    }

    [Fact]
    public void A_flood_that_stores_have_no_time_to_confirm_is_not_refused_and_each_request_ends_once()
    {
        // 5,000 messages a second, a store's default rate and the default bound, all divided by five.
        const int Seconds = 30, PerSecond = 1000, StorePerSecond = 100;
        var options = new SendingOptions { MaxUnfinished = 20_000 };
        var limiter = new PeerRateLimiter(new RateLimit(60 * StorePerSecond / ArchiveQuery.MaxLimit, TimeSpan.FromMinutes(1)));
        var peer = PeerId.FromPublicKey(PrivateKey.Generate(KeyType.Ed25519).PublicKey);
        var scene = new SendsScene(_host, options: options)
        {
            HasStore = true,
            Ask = () => limiter.TryTake(peer, _host.Now) ? Presence.Present : Presence.Unasked,
        };

        var most = 0;
        for (var i = 0; i < Seconds * 10; i++)
        {
            Task<Result<RequestId, SendError>>[] answers = [.. Enumerable.Range(0, PerSecond / 10).Select(_ => scene.SendAsync())];
            _host.RunFor(TimeSpan.FromMilliseconds(100));
            Assert.All(answers, answer => Assert.True(_host.Wait(answer).IsSuccess));
            most = Math.Max(most, scene.Unfinished);
        }
        _host.RunFor(options.Timeout);

        var ended = scene.Events.OfType<MessageSent>().ToList();
        output.WriteLine($"{most} requests were under way at most; {ended.Count(sent => sent.IsStored)} of {ended.Count} are stored.");
        Assert.Equal(0, scene.Unfinished);
        Assert.Equal(Seconds * PerSecond, ended.Count);
        Assert.Equal(ended.Count, ended.Select(sent => sent.Request).Distinct().Count());
        Assert.Empty(scene.Events.OfType<MessageError>());
        Assert.InRange(ended.Count(sent => sent.IsStored), Seconds * StorePerSecond, ended.Count);
    }

    [Fact]
    public void While_no_store_answers_questions_wait_and_are_put_again_when_one_does()
    {
        var isUp = false;
        var scene = new SendsScene(_host) { HasStore = true, Ask = () => isUp ? Presence.Present : Presence.Unasked };

        RequestId[] requests = [.. Enumerable.Range(0, 250).Select(_ => scene.Send())];
        _host.RunFor(TimeSpan.FromSeconds(45));
        Assert.Empty(scene.Events.OfType<MessageSent>());
        Assert.InRange(scene.Questions.Count, 3, 30);
        isUp = true;
        _host.RunFor(TimeSpan.FromSeconds(14));

        Assert.All(requests, request => Assert.True(scene.EventsOf(request).OfType<MessageSent>().Single().IsStored));
    }

    [Fact]
    public void No_store_is_asked_for_an_ephemeral_message()
    {
        var scene = new SendsScene(_host) { HasStore = true };

        var request = scene.Send(isEphemeral: true);
        _host.RunFor(TimeSpan.FromSeconds(5));

        Assert.False(scene.EventsOf(request).OfType<MessageSent>().Single().IsStored);
        Assert.Empty(scene.Questions);
    }

    [Fact]
    public void What_a_store_does_not_have_is_published_again()
    {
        var answers = new Queue<Presence>([Presence.Absent, Presence.Present]);
        var scene = new SendsScene(_host) { HasStore = true, Ask = answers.Dequeue };

        var request = scene.Send();
        _host.RunFor(TimeSpan.FromSeconds(10));

        Assert.True(scene.EventsOf(request).OfType<MessageSent>().Single().IsStored);
        Assert.Equal(2, scene.Published.Count);
        Assert.Single(scene.Published.Distinct());
    }

    [Fact]
    public void Congestion_holds_messages_up_and_loses_none()
    {
        var room = 10;
        var scene = new SendsScene(_host) { Publish = () => room-- > 0 ? PublishOutcome.Sent : PublishOutcome.Congested };
        RequestId[] requests = [.. Enumerable.Range(0, 100).Select(_ => scene.Send())];
        _host.RunFor(TimeSpan.FromSeconds(30));
        Assert.Equal(10, scene.Published.Count);

        room = 1000;
        _host.RunFor(TimeSpan.FromMilliseconds(100));

        Assert.All(requests, scene.AssertEndedOnce);
        Assert.Equal(100, scene.Published.Distinct().Count());
    }

    [Fact]
    public void What_finds_no_room_in_time_ends_in_an_error()
    {
        var scene = new SendsScene(_host) { Publish = static () => PublishOutcome.Congested };
        RequestId[] requests = [.. Enumerable.Range(0, 100).Select(_ => scene.Send())];

        _host.RunFor(TimeSpan.FromSeconds(61));

        Assert.All(requests, request => Assert.IsType<MessageError>(Assert.Single(scene.EventsOf(request))));
    }

    [Fact]
    public void The_first_message_on_a_topic_subscribes_to_it_and_so_does_the_first_after_unsubscribing()
    {
        var scene = new SendsScene(_host);
        scene.Send();
        scene.Send();
        _host.Wait(scene.SendAsync(topic: "/test/1/kitchen/proto"));
        _host.RunFor(TimeSpan.FromMilliseconds(1));
        Assert.Equal(["/test/1/lobby/proto", "/test/1/kitchen/proto"], scene.Subscribed);

        scene.Unsubscribe("/test/1/lobby/proto");
        scene.Send();
        _host.RunFor(TimeSpan.FromMilliseconds(1));

        Assert.Equal(["/test/1/lobby/proto", "/test/1/kitchen/proto", "/test/1/lobby/proto"], scene.Subscribed);
    }

    [Fact]
    public void Requests_over_the_bound_are_refused_until_others_have_ended()
    {
        var scene = new SendsScene(_host, options: new SendingOptions { MaxUnfinished = 2 }) { Publish = static () => PublishOutcome.NoPeers };
        scene.Send();
        scene.Send();

        Assert.Equal(SendErrorKind.TooManyUnfinished, _host.Wait(scene.SendAsync()).Error?.Kind);
        _host.RunFor(TimeSpan.FromSeconds(60));

        Assert.True(_host.Wait(scene.SendAsync()).IsSuccess);
    }

    [Fact]
    public void A_layer_above_observes_its_requests_and_the_application_is_not_told_of_them()
    {
        var scene = new SendsScene(_host, isStored: true);
        var probe = _host.CreateProbe(system: scene.System);

        var sent = scene.SendAs(probe.Ref);
        _host.RunFor(TimeSpan.FromMilliseconds(1));
        scene.Publish = static () => PublishOutcome.NoPeers;
        var failed = scene.SendAs(probe.Ref);
        _host.RunFor(TimeSpan.FromSeconds(60));

        Assert.Collection(
            probe.Messages,
            told => Assert.Equal(sent, Assert.IsType<Sends.Propagated>(told).Request),
            told => Assert.Equal((sent, null), (Assert.IsType<Sends.Ended>(told).Request, ((Sends.Ended)told).Error)),
            told => Assert.Equal(failed, Assert.Single([Assert.IsType<Sends.Ended>(told)], ended => ended.Error is not null).Request));
        Assert.Empty(scene.Events);
        Assert.Empty(scene.Subscribed);
        Assert.Equal(0, scene.Unfinished);
        Assert.Empty(_host.Storage.Events(SendsScene.Id));
    }

    [Fact]
    public void A_node_that_stops_ends_what_no_journal_keeps()
    {
        var scene = new SendsScene(_host) { Publish = static () => PublishOutcome.NoPeers };
        RequestId[] requests = [.. Enumerable.Range(0, 20).Select(_ => scene.Send())];
        _host.RunFor(TimeSpan.FromSeconds(1));

        scene.Close();

        Assert.All(requests, scene.AssertEndedOnce);
        Assert.Equal(0, scene.Unfinished);
        Assert.Equal(SendErrorKind.NotStarted, _host.Wait(scene.SendAsync()).Error?.Kind);
    }

    [Fact]
    public void An_exception_costs_the_actor_of_sends_nothing_but_a_message()
    {
        var scene = new SendsScene(_host) { Publish = static () => PublishOutcome.NoPeers };
        RequestId[] requests = [.. Enumerable.Range(0, 20).Select(_ => scene.Send())];
        _host.RunFor(TimeSpan.FromSeconds(1));

        _host.Crash(scene.Actor);
        scene.Publish = static () => PublishOutcome.Sent;
        _host.RunFor(TimeSpan.FromSeconds(10));

        Assert.All(requests, scene.AssertEndedOnce);
        Assert.Equal(20, scene.Events.OfType<MessageSent>().Count());
    }

    [Fact]
    public void A_caller_waits_while_too_many_messages_are_on_their_way_to_the_network()
    {
        var scene = new SendsScene(_host) { Publish = static () => PublishOutcome.Congested };
        Task<Result<RequestId, SendError>>[] answers = [.. Enumerable.Range(0, (2 * SendIntake.Window) + 1).Select(_ => scene.SendAsync())];
        _host.RunFor(TimeSpan.FromSeconds(1));
        Assert.Contains(answers, answer => !answer.IsCompleted);

        scene.Publish = static () => PublishOutcome.Sent;
        _host.RunFor(TimeSpan.FromSeconds(1));

        Assert.All(answers, answer => scene.AssertEndedOnce(_host.Wait(answer).Value));
    }
}

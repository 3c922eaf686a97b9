using LogosActors.Channels.Requests;
using LogosActors.Delivery;

namespace LogosActors.Channels.Tests.Requests;

public sealed class OutgoingRequestsTests
{
    static readonly RequestId One = new("one");

    readonly OutgoingRequests _requests = new();
    readonly List<RequestOutcome> _told = [];

    [Fact]
    public void A_request_is_sent_when_all_its_chunks_have_gone_out_and_delivered_when_all_are_confirmed()
    {
        _requests.Begin(One, ["a", "b"], isEphemeral: false);

        _requests.Dispatched("a", _told);
        _requests.Dispatched("b", _told);
        _requests.Acknowledged("b", _told);
        _requests.Acknowledged("a", _told);

        Assert.Equal(
            [
                new RequestOutcome.Advanced(One, 2, 1, 0),
                new RequestOutcome.Advanced(One, 2, 2, 0),
                new RequestOutcome.Sent(One, IsEnd: false),
                new RequestOutcome.Advanced(One, 2, 2, 1),
                new RequestOutcome.Advanced(One, 2, 2, 2),
                new RequestOutcome.Delivered(One),
            ],
            _told);
        Assert.Equal(0, _requests.Count);
    }

    [Fact]
    public void A_request_that_is_confirmed_before_it_is_known_to_have_gone_out_is_sent_and_delivered()
    {
        _requests.Begin(One, ["a"], isEphemeral: false);

        _requests.Acknowledged("a", _told);
        _requests.Dispatched("a", _told);

        Assert.Equal([new RequestOutcome.Advanced(One, 1, 1, 1), new RequestOutcome.Sent(One, IsEnd: false), new RequestOutcome.Delivered(One)], _told);
    }

    [Fact]
    public void An_ephemeral_request_ends_when_it_has_gone_out()
    {
        _requests.Begin(One, ["a"], isEphemeral: true);

        _requests.Dispatched("a", _told);

        Assert.Contains(new RequestOutcome.Sent(One, IsEnd: true), _told);
        Assert.Equal(0, _requests.Count);
    }

    [Fact]
    public void A_request_fails_once_with_the_first_of_its_chunks()
    {
        _requests.Begin(One, ["a", "b"], isEphemeral: false);

        _requests.Failed("b", SendFailure.NotAcknowledged, "nobody", _told);
        _requests.Failed("a", SendFailure.NotAcknowledged, "nobody", _told);
        _requests.Acknowledged("a", _told);

        Assert.Equal([new RequestOutcome.Failed(One, SendFailure.NotAcknowledged, "nobody")], _told);
    }

    [Fact]
    public void What_was_told_before_a_restart_is_not_told_after_it()
    {
        _requests.Begin(One, ["a", "b"], isEphemeral: false);
        _requests.Sent(One);

        Assert.False(_requests.IsWaiting("a"));
        _requests.Acknowledged("a", _told);
        _requests.Acknowledged("b", _told);

        Assert.DoesNotContain(_told, outcome => outcome is RequestOutcome.Sent);
        Assert.Contains(new RequestOutcome.Delivered(One), _told);
    }

    [Fact]
    public void What_belongs_to_no_request_tells_nothing()
    {
        _requests.Dispatched("x", _told);
        _requests.Acknowledged("x", _told);
        _requests.Failed("x", SendFailure.NotDispatched, "", _told);

        Assert.Empty(_told);
        Assert.Null(_requests.RequestOf("x"));
    }
}

using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Tests.Sds;

public sealed class PendingAcknowledgementsTests
{
    const long Now = 1_000;

    readonly PendingAcknowledgements _acknowledgements = new(maxCount: 100, maxBytes: 1_000, delay: 200, new Random(1));

    [Fact]
    public void Acknowledgements_are_due_at_once_when_the_messages_are_as_large_as_allowed()
    {
        Add("a", 600);
        Assert.True(_acknowledgements.Due > Now);

        Add("b", 400);

        Assert.Equal(Now, _acknowledgements.Due);
    }

    [Fact]
    public void What_somebody_else_has_acknowledged_counts_no_longer()
    {
        Add("kept", 10);
        Add("a", 900);
        _acknowledgements.Acknowledge([new HistoryEntry("a", SenderId: "alice")], by: "carol");

        Add("b", 900);

        Assert.True(_acknowledgements.Due > Now);
        Assert.Equal(2, _acknowledgements.Count);
    }

    [Fact]
    public void A_message_that_comes_twice_counts_once()
    {
        Add("a", 600);

        Add("a", 600);

        Assert.True(_acknowledgements.Due > Now);
    }

    [Fact]
    public void What_one_filter_does_not_acknowledge_is_told_once_more_and_not_at_once()
    {
        Add("a", 900);
        _acknowledgements.AcknowledgeAll(evidence: 1, enough: 2, Now);
        Assert.InRange(_acknowledgements.Due, Now + 1, Now + 200);

        Add("b", 900);
        Assert.InRange(_acknowledgements.Due, Now + 1, Now + 200);

        _acknowledgements.AcknowledgeAll(evidence: 1, enough: 2, Now);
        Assert.Equal(1, _acknowledgements.Count);
        _acknowledgements.AcknowledgeAll(evidence: 1, enough: 2, Now);
        Assert.Equal(long.MaxValue, _acknowledgements.Due);
    }

    void Add(string id, int size) => _acknowledgements.Add(id, BloomKey.Of(id), "alice", size, Now);
}

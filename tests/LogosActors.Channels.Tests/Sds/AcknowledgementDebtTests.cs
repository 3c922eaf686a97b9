using LogosActors.Channels.Sds;
using LogosActors.Channels.Sds.Bloom;

namespace LogosActors.Channels.Tests.Sds;

public sealed class AcknowledgementDebtTests
{
    const long Now = 1_000;

    readonly AcknowledgementDebt _debt = new(mostOwed: 100, mostOwedBytes: 1_000, delay: 200, new Random(1));

    [Fact]
    public void Acknowledgements_are_due_at_once_when_the_messages_are_as_large_as_allowed()
    {
        Owe("a", 600);
        Assert.True(_debt.Due > Now);

        Owe("b", 400);

        Assert.Equal(Now, _debt.Due);
    }

    [Fact]
    public void What_somebody_else_has_acknowledged_counts_no_longer()
    {
        Owe("kept", 10);
        Owe("a", 900);
        _debt.Told([new HistoryEntry("a", SenderId: "alice")], teller: "carol");

        Owe("b", 900);

        Assert.True(_debt.Due > Now);
        Assert.Equal(2, _debt.Count);
    }

    [Fact]
    public void A_message_that_comes_twice_counts_once()
    {
        Owe("a", 600);

        Owe("a", 600);

        Assert.True(_debt.Due > Now);
    }

    [Fact]
    public void What_one_filter_does_not_acknowledge_is_told_once_more_and_not_at_once()
    {
        Owe("a", 900);
        _debt.ToldByFilter(evidence: 1, enough: 2, Now);
        Assert.InRange(_debt.Due, Now + 1, Now + 200);

        Owe("b", 900);
        Assert.InRange(_debt.Due, Now + 1, Now + 200);

        _debt.ToldByFilter(evidence: 1, enough: 2, Now);
        Assert.Equal(1, _debt.Count);
        _debt.ToldByFilter(evidence: 1, enough: 2, Now);
        Assert.Equal(long.MaxValue, _debt.Due);
    }

    void Owe(string id, int size) => _debt.Owe(id, BloomKey.Of(id), "alice", size, Now);
}

using FsCheck;
using FsCheck.Fluent;
using LogosActors.Delivery.Discovery.Discv5;
using LogosActors.Delivery.Discovery.Records;

namespace LogosActors.Delivery.Tests.Discovery.Discv5;

public sealed class DistanceTests
{
    static readonly Gen<NodeId> Ids = from bytes in ArbMap.Default.GeneratorFor<byte>().ArrayOf(NodeId.Length) select new NodeId(bytes);

    [Fact]
    public void The_distance_is_the_length_of_what_differs_and_the_same_from_both_ends() =>
        Prop.ForAll(Arb.From(from one in Ids from other in Ids select (one, other)), pair =>
        {
            var (one, other) = (new System.Numerics.BigInteger(pair.one.ToArray(), true, true), new System.Numerics.BigInteger(pair.other.ToArray(), true, true));
            Assert.Equal((int)(one ^ other).GetBitLength(), pair.one.LogDistanceTo(pair.other));
            Assert.Equal(pair.one.LogDistanceTo(pair.other), pair.other.LogDistanceTo(pair.one));
            Assert.Equal(0, pair.one.LogDistanceTo(pair.one));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void Nearer_is_what_has_the_smaller_difference() =>
        Prop.ForAll(Arb.From(from self in Ids from one in Ids from other in Ids select (self, one, other)), ids =>
        {
            var self = new System.Numerics.BigInteger(ids.self.ToArray(), true, true);
            var one = self ^ new System.Numerics.BigInteger(ids.one.ToArray(), true, true);
            var other = self ^ new System.Numerics.BigInteger(ids.other.ToArray(), true, true);
            Assert.Equal(one.CompareTo(other), Math.Sign(ids.self.CompareDistance(ids.one, ids.other)));
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void The_distances_that_are_asked_for_are_the_targets_and_those_beside_it() =>
        Prop.ForAll(Arb.From(from one in Ids from other in Ids select (one, other)), pair =>
        {
            var distances = Lookup.DistancesFrom(pair.one, pair.other);
            Assert.Equal(3, distances.Distinct().Count());
            Assert.All(distances, distance => Assert.InRange(distance, 1, 256));
            Assert.Equal(pair.one.LogDistanceTo(pair.other), distances[0]);
        }).QuickCheckThrowOnFailure();

    [Fact]
    public void From_the_target_itself_the_nearest_are_asked_for()
    {
        var id = new NodeId(new byte[32]);

        Assert.Equal([1, 2, 3], Lookup.DistancesFrom(id, id));
    }
}

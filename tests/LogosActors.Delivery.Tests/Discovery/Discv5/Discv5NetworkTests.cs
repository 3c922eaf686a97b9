using System.Net;
using LogosActors.Delivery.Discovery.Discv5;
using LogosActors.Delivery.Discovery.Records;
using Xunit.Abstractions;

namespace LogosActors.Delivery.Tests.Discovery.Discv5;

/// <summary>Whole networks in virtual time.</summary>
public sealed class Discv5NetworkTests(ITestOutputHelper output)
{
    static readonly TimeSpan Second = TimeSpan.FromSeconds(1);

    readonly int _seed = Random.Shared.Next();

    Discv5World World()
    {
        output.WriteLine($"seed {_seed}");
        return new Discv5World(_seed);
    }

    static Discv5World.Member[] Join(Discv5World world, int count, IReadOnlyList<NodeRecord> bootstrap) =>
        [.. Enumerable.Range(1, count).Select(number => world.Join(Discv5World.AddressOf(number), bootstrap))];

    [Fact]
    public void Two_nodes_find_each_other()
    {
        var world = World();
        var one = world.Join(Discv5World.AddressOf(1));
        var two = world.Join(Discv5World.AddressOf(2), [one.Record]);

        Assert.True(world.RunUntil(() => one.Knows(two) && two.Knows(one), 5 * Second));
        Assert.Equal([two.Record], one.Found);
        Assert.Equal((1, 1), (one.Node.Sessions, two.Node.Sessions));
    }

    [Fact]
    public void A_lookup_among_100_nodes_finds_the_nearest()
    {
        var world = World();
        var first = world.Join(Discv5World.AddressOf(0));
        Discv5World.Member[] nodes = [first, .. Join(world, 99, [first.Record])];
        Assert.True(world.RunUntil(() => nodes.All(node => node.Node.Nodes.Count(known => known.IsLive) >= 16), 300 * Second));
        var target = Discv5World.KeyOf(new Random(_seed)).Id;
        var asking = nodes[^1];
        var (start, before) = (world.Now, asking.Lookups.Count);
        world.Do(asking, (node, now) => node.LookUp(target, now));
        Discv5Effect.LookedUp? result = null;
        Assert.True(world.RunUntil(() => (result = asking.Lookups.Skip(before).FirstOrDefault(lookup => lookup.Target == target)) is not null, 30 * Second));

        var nearest = nodes.Where(node => node != asking).Select(node => node.Record.Id).Order(Comparer<NodeId>.Create(target.CompareDistance)).Take(16).ToArray();
        var found = result!.Nearest.Select(record => record.Id).ToArray();
        output.WriteLine($"{found.Intersect(nearest).Count()} of the 16 nearest in {(world.Now - start).TotalMilliseconds} ms of virtual time");
        Assert.Equal(nearest[0], found[0]);
        Assert.InRange(found.Intersect(nearest).Count(), 13, 16);
    }

    [Fact]
    public void The_only_node_of_a_shard_is_found_among_1000_nodes()
    {
        var world = World();
        world.MaxCheckInterval = 600 * Second;
        var random = new Random(_seed);
        var shard = new RecordShards(1, [7]);
        Discv5World.Member[] nodes =
        [
            .. Enumerable.Range(0, 1000).Select(number => world.Join(
                Discv5World.AddressOf(number), null, allowPrivate: false, ("rs", (number == 500 ? shard : new RecordShards(1, [0])).Encode()), ("waku2", [1]))),
        ];
        foreach (var node in nodes)
            world.Settle(node, random.GetItems(nodes, 100));
        var searching = world.Join(Discv5World.AddressOf(5000), [nodes[0].Record]);
        var start = world.Now;

        Assert.True(world.RunUntil(() => searching.Found.Any(record => record.ShardsOf()!.Equals(shard)), 120 * Second));
        output.WriteLine($"found after {(world.Now - start).TotalSeconds} s of virtual time, {searching.Found.Count} records");
    }

    [Fact]
    public void A_network_comes_together_over_a_network_that_loses_a_tenth()
    {
        var world = World();
        world.Loss = 0.1;
        var first = world.Join(Discv5World.AddressOf(0));
        var nodes = Join(world, 19, [first.Record]);

        Assert.True(world.RunUntil(() => nodes.All(node => node.Node.Nodes.Count() >= 15), 120 * Second));
    }

    [Fact]
    public void A_node_that_has_gone_is_forgotten_and_not_named_any_longer()
    {
        var world = World();
        var first = world.Join(Discv5World.AddressOf(0));
        var nodes = Join(world, 5, [first.Record]);
        Assert.True(world.RunUntil(() => nodes.All(node => node.Node.Nodes.Count() == 5), 60 * Second));
        world.Leave(nodes[0]);

        Assert.True(world.RunUntil(() => nodes[1..].All(node => !node.Knows(nodes[0])), 600 * Second));
    }

    [Fact]
    public void A_new_record_of_a_node_is_fetched()
    {
        var world = World();
        var one = world.Join(Discv5World.AddressOf(1));
        var two = world.Join(Discv5World.AddressOf(2), [one.Record]);
        Assert.True(world.RunUntil(() => one.Knows(two) && two.Knows(one), 5 * Second));
        var fresh = Discv5World.RecordOf(one.Key, one.EndPoint, 2, ("waku2", [1]));
        one.Node.SetSelf(fresh);

        Assert.True(world.RunUntil(() => two.Found.Contains(fresh), 60 * Second));
        Assert.Equal(fresh, Assert.Single(two.Node.Nodes).Record);
    }

    [Fact]
    public void A_node_hears_where_it_is_seen_when_ten_networks_say_the_same()
    {
        var world = World();
        var first = world.Join(Discv5World.AddressOf(0));
        var nodes = Join(world, 15, [first.Record]);
        Assert.True(world.RunUntil(() => nodes.All(node => node.Node.Nodes.Count() >= 12), 120 * Second));
        var one = nodes[0];
        Assert.Empty(one.SeenAt);
        // Its record says something else than everybody sees.
        one.Node.SetSelf(Discv5World.RecordOf(one.Key, new IPEndPoint(Discv5World.AddressOf(999), 1), 2));

        Assert.True(world.RunUntil(() => one.SeenAt.Count > 0, 600 * Second));
        Assert.Equal(one.EndPoint, one.SeenAt[0]);
    }

    [Fact]
    public void A_node_that_starts_anew_shakes_hands_again()
    {
        var world = World();
        var one = world.Join(Discv5World.AddressOf(1));
        var two = world.Join(Discv5World.AddressOf(2), [one.Record]);
        Assert.True(world.RunUntil(() => one.Knows(two) && two.Knows(one), 5 * Second));
        world.Leave(one);
        var again = world.Join(Discv5World.AddressOf(1), [two.Record]);

        Assert.True(world.RunUntil(() => again.Knows(two), 60 * Second));
    }

    [Fact]
    public void Nodes_of_a_private_network_are_not_named_to_a_public_one()
    {
        var world = World();
        var one = world.Join(Discv5World.AddressOf(1), allowPrivate: true);
        var secret = world.Join(IPAddress.Parse("192.168.1.7"), [one.Record], allowPrivate: true);
        Assert.True(world.RunUntil(() => one.Knows(secret), 5 * Second));
        world.Leave(secret);
        var two = world.Join(Discv5World.AddressOf(2), [one.Record], allowPrivate: true);
        world.RunUntil(() => two.Lookups.Count > 1, 10 * Second);

        Assert.True(two.Knows(one));
        Assert.DoesNotContain(secret.Record, two.Found);
    }

    [Fact]
    public void Nodes_of_a_private_network_find_each_other_where_that_is_allowed_and_only_there()
    {
        foreach (var allowed in new[] { true, false })
        {
            var world = World();
            var first = world.Join(IPAddress.Loopback, allowPrivate: allowed);
            var nodes = Enumerable.Range(0, 20).Select(_ => world.Join(IPAddress.Loopback, [first.Record], allowed)).ToArray();
            world.Run(60 * Second);

            Assert.Equal(allowed, nodes.All(node => node.Node.Nodes.Count() >= 15));
            Assert.Equal(allowed, nodes[0].Found.Count > 0);
        }
    }
}

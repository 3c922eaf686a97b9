using LogosActors.Delivery.Discovery.DnsLists;
using static LogosActors.Delivery.Tests.Discovery.DnsLists.DnsVectors;

namespace LogosActors.Delivery.Tests.Discovery.DnsLists;

public sealed class DnsListClientTests
{
    static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    readonly PublishedTree _tree = new("nodes.example.org", 1);
    readonly Dictionary<string, string> _zone = new(StringComparer.Ordinal);

    static string[] Nodes(int from, int count) => [.. Enumerable.Range(from, count).Select(seed => PublishedTree.Node(seed).ToString())];

    static string[] Texts(ListWorld world) => [.. world.Found.Select(record => record.ToString()).Order(StringComparer.Ordinal)];

    ListWorld World() => new(_zone, [_tree.Url]);

    [Fact]
    public void The_nodes_of_the_specifications_zone_are_found()
    {
        var world = ListWorld.Of(Zone, Url).Run(Minute);

        Assert.Equal(Zone.Values.Where(text => text.StartsWith("enr:", StringComparison.Ordinal)).Order(StringComparer.Ordinal), Texts(world));
        Assert.Contains(world.Client.Lists, list => string.Equals(list.ToString(), Link, StringComparison.Ordinal));
    }

    [Fact]
    public void All_nodes_of_a_large_list_are_found_once()
    {
        _tree.Publish(_zone, 1, Nodes(100, 200), []);

        Assert.Equal(Nodes(100, 200).Order(StringComparer.Ordinal), Texts(World().Run(5 * Minute)));
    }

    [Fact]
    public void Nodes_of_lists_that_a_list_links_to_are_found_over_two_links_and_no_more()
    {
        var (second, third, fourth) = (new PublishedTree("second", 2), new PublishedTree("third", 3), new PublishedTree("fourth", 4));
        _tree.Publish(_zone, 1, Nodes(1, 1), [second.Url.ToString()]);
        second.Publish(_zone, 1, Nodes(2, 1), [third.Url.ToString(), _tree.Url.ToString()]);
        third.Publish(_zone, 1, Nodes(3, 1), [fourth.Url.ToString()]);
        fourth.Publish(_zone, 1, Nodes(4, 1), []);

        Assert.Equal(Nodes(1, 3).Order(StringComparer.Ordinal), Texts(World().Run(Minute)));
    }

    [Fact]
    public void A_list_that_is_not_linked_to_any_longer_is_forgotten()
    {
        var second = new PublishedTree("second", 2);
        _tree.Publish(_zone, 1, Nodes(1, 1), [second.Url.ToString()]);
        second.Publish(_zone, 1, Nodes(2, 1), []);
        var world = World().Run(Minute);
        Assert.Equal(2, world.Client.Lists.Count());

        _tree.Publish(_zone, 2, Nodes(1, 1), []);
        world.Run(31 * Minute);

        Assert.Equal([_tree.Url], world.Client.Lists);
        Assert.Equal([_tree.Url.ToString()], world.Copies.Keys);
    }

    [Fact]
    public void A_change_is_seen_within_half_an_hour_and_only_what_is_new_is_asked_for()
    {
        _tree.Publish(_zone, 1, Nodes(100, 10), []);
        var world = World().Run(Minute);
        var asked = world.Asked.Count;
        _tree.Publish(_zone, 2, Nodes(101, 10), []);
        world.Run(30 * Minute);

        Assert.Equal(Nodes(100, 11).Order(StringComparer.Ordinal), Texts(world));
        Assert.Equal(3, world.Asked.Count - asked); // the root, the branch and the new node
        Assert.DoesNotContain(Nodes(100, 1)[0], Assert.Single(world.Copies).Value.Entries);
    }

    [Fact]
    public void An_older_root_is_refused()
    {
        _tree.Publish(_zone, 5, Nodes(1, 1), []);
        var world = World().Run(Minute);
        _tree.Publish(_zone, 4, Nodes(2, 1), []);
        world.Run(60 * Minute);

        Assert.Equal(Nodes(1, 1), Texts(world));
        Assert.Contains(world.Problems, problem => problem.Contains("went back from 5 to 4", StringComparison.Ordinal));
    }

    [Fact]
    public void A_root_by_another_key_is_refused()
    {
        new PublishedTree("nodes.example.org", 2).Publish(_zone, 1, Nodes(1, 1), []);

        Assert.Empty(World().Run(Minute).Found);
    }

    [Fact]
    public void An_entry_with_another_text_than_its_name_says_is_refused()
    {
        _tree.Publish(_zone, 1, Nodes(1, 2), []);
        _zone[$"{TreeHash.Of(Nodes(1, 1)[0])}.nodes.example.org"] = Nodes(3, 1)[0];
        var world = World().Run(Minute);

        Assert.Equal(Nodes(2, 1), Texts(world));
        Assert.Contains(world.Problems, problem => problem.Contains("its hash is another", StringComparison.Ordinal));
    }

    [Fact]
    public void A_node_among_the_links_and_a_link_among_the_nodes_are_not_used()
    {
        _tree.Publish(_zone, 1, [new PublishedTree("second", 2).Url.ToString()], Nodes(1, 1));
        var world = World().Run(Minute);

        Assert.Empty(world.Found);
        Assert.Equal([_tree.Url], world.Client.Lists);
    }

    [Fact]
    public void A_bad_record_costs_only_itself()
    {
        _tree.Publish(_zone, 1, [.. Nodes(1, 1), RecordWithBadSignature()], []);

        Assert.Equal(Nodes(1, 1), Texts(World().Run(Minute)));

        static string RecordWithBadSignature()
        {
            var text = Nodes(2, 1)[0];
            return $"{text[..30]}{(text[30] == 'A' ? 'B' : 'A')}{text[31..]}";
        }
    }

    [Fact]
    public void No_more_than_500_entries_are_asked_for()
    {
        _tree.Publish(_zone, 1, Nodes(1000, 600), []);
        var world = World().Run(10 * Minute);

        Assert.InRange(world.Asked.Count, 450, DnsListClient.MaxEntries + 1);
        Assert.InRange(world.Found.Count, 400, DnsListClient.MaxEntries);
    }

    [Fact]
    public void Ten_questions_are_asked_at_once_and_three_a_second_afterwards()
    {
        _tree.Publish(_zone, 1, Nodes(100, 100), []);
        var world = World().Run(10 * TimeSpan.FromSeconds(1));

        Assert.InRange(world.Asked.Count(question => question.Time < TimeSpan.FromSeconds(1)), 10, 13);
        Assert.InRange(world.Asked.Count, 35, 41);
    }

    [Fact]
    public void An_answer_that_was_lost_costs_seconds()
    {
        _tree.Publish(_zone, 1, Nodes(1, 5), []);
        var lost = new HashSet<string>(StringComparer.Ordinal);
        var world = World();
        world.IsSilent = name => name.Length > 20 && lost.Add(name);
        world.Run(TimeSpan.FromSeconds(45));

        Assert.Equal(5, world.Found.Count);
    }

    [Fact]
    public void Entries_that_stay_away_make_the_root_be_asked_for_again()
    {
        _tree.Publish(_zone, 1, Nodes(1, 5), []);
        var world = World();
        world.IsSilent = name => name.Length > 20 && name != $"{_zone["nodes.example.org"].Split("e=")[1][..26]}.nodes.example.org";
        world.Run(5 * Minute);

        Assert.True(world.Asked.Count(question => question.Name == "nodes.example.org") > 1);
        Assert.InRange(world.Asked.Count, 10, 100);
    }

    [Fact]
    public void While_DNS_is_away_a_copy_is_used_and_the_root_is_asked_for_less_and_less_often()
    {
        _tree.Publish(_zone, 3, Nodes(1, 20), []);
        var copies = World().Run(Minute).Copies.Values.ToArray();
        var world = World();
        world.IsSilent = static _ => true;

        Assert.Equal(20, world.Restore(copies).Found.Count);
        world.Run(TimeSpan.FromHours(5));
        Assert.InRange(world.Asked.Count, 10, 20);

        world.IsSilent = static _ => false;
        _tree.Publish(_zone, 4, Nodes(1, 21), []);
        world.Run(30 * Minute);
        Assert.Equal(21, world.Found.Count);
    }

    [Fact]
    public void A_copy_that_was_changed_is_not_believed()
    {
        _tree.Publish(_zone, 3, Nodes(1, 2), []);
        var copy = Assert.Single(World().Run(Minute).Copies.Values);

        Assert.Empty(World().Restore(copy with { Root = copy.Root.Replace("seq=3", "seq=9", StringComparison.Ordinal) }).Found);
        Assert.Empty(World().Restore(copy with { Entries = [.. Nodes(7, 5)] }).Found);
    }

    [Fact]
    public void A_linked_list_is_restored_too_in_whatever_order()
    {
        var second = new PublishedTree("second", 2);
        _tree.Publish(_zone, 1, Nodes(1, 1), [second.Url.ToString()]);
        second.Publish(_zone, 1, Nodes(2, 1), []);
        var copies = World().Run(Minute).Copies.Values.ToArray();

        Assert.Equal(2, World().Restore(copies).Found.Count);
        Assert.Equal(2, World().Restore([.. copies.Reverse()]).Found.Count);
    }

    [Fact]
    public void An_older_root_than_that_of_the_copy_is_refused()
    {
        _tree.Publish(_zone, 3, Nodes(1, 1), []);
        var copies = World().Run(Minute).Copies.Values.ToArray();
        _tree.Publish(_zone, 2, Nodes(2, 1), []);

        Assert.Equal(Nodes(1, 1), Texts(World().Restore(copies).Run(60 * Minute)));
    }
}

using System.Net;

namespace LogosActors.Delivery.Discovery.Discv5;

/// <summary>Finds out where this node is reached, from what others say in their answers to pings (discv5 theory §Maintaining The Local Node Record). Pure.</summary>
/// <remarks>One vote per public network (IPv4 /24, IPv6 /64), so that nobody outvotes others with many nodes at one place.</remarks>
internal sealed class AddressVotes
{
    /// <summary>How many must agree, within <see cref="Window"/> (nim-eth, IPVote).</summary>
    public const int Threshold = 10;

    /// <summary>The most voters that are remembered.</summary>
    public const int MaxVoters = 200;

    /// <summary>How long a vote counts (nim-eth, IPVote).</summary>
    public static readonly TimeSpan Window = TimeSpan.FromMinutes(5);

    readonly RecentTable<IPAddress, (IPEndPoint Endpoint, TimeSpan Time)> _votes = new(MaxVoters);

    /// <summary>Counts a vote.</summary>
    /// <param name="voter">Who says so.</param>
    /// <param name="seen">Where the voter sees this node.</param>
    /// <param name="now">The time.</param>
    /// <returns>What more than half of at least <see cref="Threshold"/> say; null: nothing.</returns>
    public IPEndPoint? Vote(IPAddress voter, IPEndPoint seen, TimeSpan now)
    {
        _votes.Set(RoutingTable.NetworkOf(voter) ?? voter, (seen, now));
        var valid = _votes.Values.Where(vote => vote.Time + Window > now && vote.Endpoint.AddressFamily == seen.AddressFamily).ToArray();
        var most = valid.GroupBy(vote => vote.Endpoint).MaxBy(group => group.Count())!;
        return most.Count() >= Threshold && most.Count() * 2 > valid.Length ? most.Key : null;
    }
}

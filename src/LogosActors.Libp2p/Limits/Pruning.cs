namespace LogosActors.Libp2p.Limits;

/// <summary>What a connection is worth when there is no room for all.</summary>
/// <param name="IsKept">Whether the application keeps the peer: it is never pruned.</param>
/// <param name="IsDialer">Whether this side wanted the connection.</param>
/// <param name="Streams">Streams that are open on it.</param>
/// <param name="Score">What the application thinks of the peer; 0 when it has no opinion.</param>
/// <param name="Age">How long it has been there.</param>
/// <param name="OfAddress">Connections that come from its address, itself among them; 0 when this side dialed, or for an address that is
/// not counted.</param>
internal readonly record struct ConnectionWorth(bool IsKept, bool IsDialer, int Streams, double Score, TimeSpan Age, int OfAddress = 0);

/// <summary>Which connection makes room for a new one. Pure.</summary>
internal static class Pruning
{
    /// <summary>How long a connection is left alone, to show its use.</summary>
    /// <value>20 s (go-libp2p connection manager's grace period).</value>
    public static readonly TimeSpan GracePeriod = TimeSpan.FromSeconds(20);

    /// <summary>The index of the connection to close; -1 when the newcomer is the one that there is no room for.</summary>
    /// <param name="connections">What each is worth.</param>
    /// <param name="newcomerIsDialed">Whether this side wants the newcomer.</param>
    /// <param name="ofAddress">Connections that come from the newcomer's address already.</param>
    /// <remarks>
    /// Of those past the grace period the one of the lowest score goes, then the one with fewest streams, then one that the peer
    /// dialed, then the youngest. A stranger who comes in displaces only what nobody uses: a flood of strangers must not empty a node
    /// of its peers. Where all is used, a stranger displaces the youngest connection of the address that has most, if that has two more
    /// than its own: one operator with many connections keeps out nobody else.
    /// </remarks>
    public static int Choose(IReadOnlyList<ConnectionWorth> connections, bool newcomerIsDialed, int ofAddress = 0)
    {
        var chosen = -1;
        for (var i = 0; i < connections.Count; i++)
        {
            var worth = connections[i];
            if (worth.IsKept || worth.Age < GracePeriod)
                continue;
            if (!newcomerIsDialed && worth.Score >= 0 && (worth.Streams > 0 || worth.IsDialer || worth.Score > 0))
                continue;
            if (chosen < 0 || Compare(worth, connections[chosen]) < 0)
                chosen = i;
        }
        return chosen >= 0 || newcomerIsDialed ? chosen : ChooseCrowded(connections, ofAddress + 2);
    }

    static int ChooseCrowded(IReadOnlyList<ConnectionWorth> connections, int least)
    {
        var chosen = -1;
        for (var i = 0; i < connections.Count; i++)
        {
            var worth = connections[i];
            if (worth.IsKept || worth.IsDialer || worth.Score > 0 || worth.OfAddress < least)
                continue;
            if (chosen < 0 || (worth.OfAddress, connections[chosen].Age).CompareTo((connections[chosen].OfAddress, worth.Age)) > 0)
                chosen = i;
        }
        return chosen;
    }

    /// <summary>The index of the connection to close because too many bytes are unread; -1 when none may be.</summary>
    /// <param name="connections">What each is worth.</param>
    /// <param name="held">How many unread bytes each holds.</param>
    /// <remarks>Of those that hold at least half as much as the one with most, the one of the lowest score goes, then that with most.</remarks>
    public static int ChooseForMemory(IReadOnlyList<ConnectionWorth> connections, IReadOnlyList<long> held)
    {
        long most = 0;
        for (var i = 0; i < connections.Count; i++)
            most = connections[i].IsKept ? most : Math.Max(most, held[i]);
        var chosen = -1;
        for (var i = 0; i < connections.Count; i++)
        {
            if (connections[i].IsKept || held[i] == 0 || held[i] < most - (most / 2))
                continue;
            var byScore = chosen < 0 ? -1 : connections[i].Score.CompareTo(connections[chosen].Score);
            if (byScore < 0 || (byScore == 0 && held[i] > held[chosen]))
                chosen = i;
        }
        return chosen;
    }

    static int Compare(in ConnectionWorth left, in ConnectionWorth right) =>
        left.Score.CompareTo(right.Score) is not 0 and var byScore ? byScore
        : left.Streams.CompareTo(right.Streams) is not 0 and var byStreams ? byStreams
        : left.IsDialer.CompareTo(right.IsDialer) is not 0 and var byDialer ? byDialer
        : left.Age.CompareTo(right.Age);
}

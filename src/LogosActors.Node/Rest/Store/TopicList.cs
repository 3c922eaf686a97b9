using LogosActors.Delivery.Topics;

namespace LogosActors.Node.Rest.Store;

/// <summary>Reads content topics that are separated by commas, as the reference node's clients write them.</summary>
/// <remarks>
/// A content topic may contain commas itself, and the reference's clients encode a comma between topics (%2C) like one inside a topic. The form
/// of topics separates them: a topic begins with a slash and has four parts, or five with a generation, so that a comma ends one only where
/// it has all its parts and a slash follows.
/// </remarks>
internal static class TopicList
{
    /// <summary>The most parts of a topic (23/WAKU2-TOPICS §Content Topics), and so the most slashes.</summary>
    const int MaxParts = 5;

    /// <summary>The topics of a list. Where it is not a list of well-formed content topics, every comma separates, as in the reference, and
    /// what is empty is left out.</summary>
    public static IReadOnlyList<string> Split(string list)
    {
        // Where a topic may begin, and which of these follows when all from there on are topics: -1, none.
        var starts = StartsOf(list);
        var next = new int[starts.Count];
        for (var i = starts.Count - 2; i >= 0; i--)
        {
            next[i] = -1;
            for (var j = i + 1; j < starts.Count && j <= i + MaxParts && next[i] < 0; j++)
            {
                if (next[j] >= 0 && ContentTopic.TryParse(list[starts[i]..(starts[j] - 1)], out _, out _))
                    next[i] = j;
            }
        }
        if (next[0] < 0)
            return list.Split(',', StringSplitOptions.RemoveEmptyEntries);
        var topics = new List<string>();
        for (var i = 0; i < starts.Count - 1; i = next[i])
            topics.Add(list[starts[i]..(starts[next[i]] - 1)]);
        return topics;
    }

    /// <summary>The first letter, each slash behind a comma, and what would be the next after the end.</summary>
    static List<int> StartsOf(string list)
    {
        var starts = new List<int> { 0 };
        for (var comma = list.IndexOf(",/", StringComparison.Ordinal); comma >= 0; comma = list.IndexOf(",/", comma + 1, StringComparison.Ordinal))
            starts.Add(comma + 1);
        starts.Add(list.Length + 1);
        return starts;
    }
}

using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using LogosActors.Delivery.Archive;
using LogosActors.Delivery.Messages;
using LogosActors.Node.Rest.Relay;

namespace LogosActors.Node.Rest.Store;

/// <summary>Reads the parameters of a store query, in the reference node's forms. What is empty is absent.</summary>
internal static class StoreParameters
{
    /// <summary>How many hashes or content topics one query has.</summary>
    public const int MaxCriteria = 100;

    /// <summary>Reads a query.</summary>
    /// <param name="parameters">The request's query.</param>
    /// <param name="query">What is asked; null when the parameters are wrong.</param>
    /// <param name="problem">What is wrong.</param>
    public static bool TryRead(IQueryCollection parameters, [NotNullWhen(true)] out ArchiveQuery? query, [NotNullWhen(false)] out string? problem)
    {
        query = null;
        problem = null;
        var includesData = TryReadBoolean(Of(parameters, "includeData"), ref problem);
        var start = TryReadTime(Of(parameters, "startTime"), ref problem);
        var end = TryReadTime(Of(parameters, "endTime"), ref problem);
        var hashes = new List<MessageHash>();
        foreach (var text in Of(parameters, "hashes")?.Split(',', StringSplitOptions.RemoveEmptyEntries) ?? [])
        {
            if (TryReadHash(text, ref problem) is { } hash)
                hashes.Add(hash);
        }
        var cursor = Of(parameters, "cursor") is { } last ? TryReadHash(last, ref problem) : null;
        var limit = TryReadLimit(Of(parameters, "pageSize"), ref problem);
        var contentTopics = parameters["contentTopics"].SelectMany(text => TopicList.Split(text ?? "")).ToList();
        if (hashes.Count > MaxCriteria || contentTopics.Count > MaxCriteria)
            problem ??= $"at most {MaxCriteria} hashes and {MaxCriteria} content topics are asked for at once";
        if (problem is not null)
            return false;
        query = new ArchiveQuery
        {
            IncludesData = includesData,
            PubsubTopic = Of(parameters, "pubsubTopic"),
            ContentTopics = contentTopics,
            Start = start,
            End = end,
            Hashes = hashes,
            Cursor = cursor,
            IsForward = Of(parameters, "ascending") is null or "true",
            Limit = limit,
        };
        return true;
    }

    /// <summary>A parameter; null when it is empty or absent.</summary>
    public static string? Of(IQueryCollection parameters, string name) => parameters[name].ToString() is { Length: > 0 } value ? value : null;

    static bool TryReadBoolean(string? text, ref string? problem)
    {
        switch (text?.ToUpperInvariant())
        {
            case null or "FALSE" or "N" or "NO" or "0" or "OFF":
                return false;
            case "TRUE" or "Y" or "YES" or "1" or "ON":
                return true;
            default:
                problem ??= $"include data parsing error: cannot interpret as a bool: {text}";
                return false;
        }
    }

    // Only positive times are times.
    static long? TryReadTime(string? text, ref string? problem)
    {
        if (text is null)
            return null;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var time))
            problem ??= $"time parsing error: invalid integer: {text}";
        return time > 0 ? time : null;
    }

    // Older clients write hashes in base64.
    static MessageHash? TryReadHash(string text, ref string? problem)
    {
        if (MessageHash.TryParse(text, out var hash))
            return hash;
        if (RelayMessage.TryDecode(text, out var bytes) && bytes.Length == MessageHash.Length)
            return new MessageHash(bytes);
        problem ??= $"waku message hash parsing error: '{text}' is not 0x and 64 hexadecimal digits";
        return null;
    }

    static int TryReadLimit(string? text, ref string? problem)
    {
        if (text is null)
            return ArchiveQuery.DefaultLimit;
        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var size) || size < 0)
        {
            problem ??= $"page size parsing error: invalid integer: {text}";
            return ArchiveQuery.DefaultLimit;
        }
        return size == 0 ? ArchiveQuery.DefaultLimit : (int)Math.Min(size, ArchiveQuery.MaxLimit);
    }
}

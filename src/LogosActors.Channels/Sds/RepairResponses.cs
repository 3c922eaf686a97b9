namespace LogosActors.Channels.Sds;

/// <summary>What others miss and we will send again, unless somebody else does (SDS §SDS-R participant state: incoming repair request buffer).</summary>
internal sealed class RepairResponses
{
    /// <summary>The most messages to send again (js-waku <c>DEFAULT_REPAIR_CONFIG.bufferSize</c>); requests above it are not answered.</summary>
    public const int MaxCount = 1000;

    readonly Dictionary<string, Response> _responses = new(StringComparer.Ordinal);
    readonly Deadlines<Response> _deadlines = new();

    /// <summary>When the first is due, in Unix ms.</summary>
    public long Next => _deadlines.Next;

    /// <summary>Somebody has asked for a message.</summary>
    /// <param name="id">Which.</param>
    /// <param name="dialect">What they read.</param>
    /// <param name="due">When to send it, in Unix ms; who has been promised it before gets it then.</param>
    public void Add(string id, SdsDialect dialect, long due)
    {
        if (_responses.TryGetValue(id, out var response))
        {
            response.Dialects |= dialect.Only();
            return;
        }
        if (_responses.Count >= MaxCount)
            return;
        response = new Response(id) { Dialects = dialect.Only() };
        _responses.Add(id, response);
        _deadlines.Set(response, due);
    }

    /// <summary>Somebody else has sent the message, in some dialect.</summary>
    /// <returns>Whether it was asked for.</returns>
    public bool SentByOther(string id, SdsDialect dialect)
    {
        if (!_responses.TryGetValue(id, out var response))
            return false;
        response.Dialects &= ~dialect.Only();
        if (response.Dialects is SdsDialects.None)
        {
            _responses.Remove(id);
            _deadlines.Remove(response);
        }
        return true;
    }

    /// <summary>The next message that is due.</summary>
    public (string Id, SdsDialects Dialects)? TakeDue(long now)
    {
        if (_deadlines.TakeDue(now) is not { } response)
            return null;
        _responses.Remove(response.Id);
        return (response.Id, response.Dialects);
    }

    sealed class Response(string id) : Timed
    {
        public string Id { get; } = id;

        public SdsDialects Dialects { get; set; }
    }
}

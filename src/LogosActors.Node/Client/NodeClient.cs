using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Text.Json;
using LogosActors.Node.Cli;
using LogosActors.Node.Rest;
using LogosActors.Node.Rest.Admin;
using LogosActors.Node.Rest.Health;
using LogosActors.Node.Rest.Info;
using LogosActors.Node.Rest.Messaging;
using LogosActors.Node.Rest.Relay;
using LogosActors.Node.Rest.Store;
using LogosActors.Node.Rest.Traces;
using LogosActors.Node.Tracing;

namespace LogosActors.Node.Client;

/// <summary>Talks to a node by REST. Every failure is a <see cref="CommandException"/>.</summary>
internal sealed class NodeClient : IAsyncDisposable
{
    const string Traces = "admin/v1/traces";

    readonly Uri _node;
    readonly HttpClient _http;
    readonly IAsyncDisposable? _owned;

    /// <summary>Talks to the node at an address.</summary>
    /// <param name="node">Where its REST service is.</param>
    /// <param name="owned">What is disposed with the client; null: nothing.</param>
    public NodeClient(Uri node, IAsyncDisposable? owned = null)
    {
        (_node, _owned) = (node, owned);
        // A stream may be silent for as long as nobody sends.
        _http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = node, Timeout = Timeout.InfiniteTimeSpan };
    }

    /// <summary>Who the node is.</summary>
    public Task<NodeInfo> InfoAsync(CancellationToken cancellation) => GetAsync<NodeInfo>("info", cancellation);

    /// <summary>How it is.</summary>
    public Task<HealthReport> HealthAsync(CancellationToken cancellation) => GetAsync<HealthReport>("health", cancellation);

    /// <summary>The peers that it knows.</summary>
    public Task<AdminPeer[]> PeersAsync(CancellationToken cancellation) => GetAsync<AdminPeer[]>("admin/v1/peers", cancellation);

    /// <summary>The latest requests to send, the newest first.</summary>
    public Task<RequestSummary[]> TracesAsync(int limit, CancellationToken cancellation) =>
        TraceAsync<RequestSummary[]>(string.Create(CultureInfo.InvariantCulture, $"{Traces}?limit={limit}"), cancellation);

    /// <summary>The steps of a request to send.</summary>
    public Task<RequestTrace> TraceAsync(string request, CancellationToken cancellation) =>
        TraceAsync<RequestTrace>($"{Traces}/{Uri.EscapeDataString(request)}", cancellation);

    /// <summary>A page of messages of the past.</summary>
    /// <param name="parameters">Those of <c>/store/v3/messages</c>; what is null is left out.</param>
    /// <param name="cancellation">Gives up.</param>
    public Task<StoreAnswer> HistoryAsync(IReadOnlyDictionary<string, string?> parameters, CancellationToken cancellation)
    {
        var given = parameters.Where(parameter => parameter.Value is not null);
        var query = string.Join('&', given.Select(parameter => $"{parameter.Key}={Uri.EscapeDataString(parameter.Value!)}"));
        return GetAsync<StoreAnswer>($"store/v3/messages?{query}", cancellation);
    }

    /// <summary>Sends a message, and says what its request is known by.</summary>
    public async Task<string> SendAsync(OutgoingMessage message, CancellationToken cancellation)
    {
        using var content = JsonContent.Create(message, options: RestJson.Options);
        using var request = new HttpRequestMessage(HttpMethod.Post, "messaging/v1/messages") { Content = content };
        var accepted = await ReadAsync<SendAccepted>(request, cancellation);
        return accepted.RequestId;
    }

    /// <summary>What became of a request since the last call; null: nothing.</summary>
    public async Task<SendStatus?> TakeEventsAsync(string request, CancellationToken cancellation)
    {
        using var get = new HttpRequestMessage(HttpMethod.Get, $"messaging/v1/events/send/{request}");
        using var response = await RequestAsync(get, cancellation);
        return response.StatusCode is HttpStatusCode.NotFound ? null : await ReadAsync<SendStatus>(response, cancellation);
    }

    /// <summary>The messages of content topics from now on.</summary>
    /// <param name="contentTopics">The topics.</param>
    /// <param name="opened">Is called when no message is missed any more.</param>
    /// <param name="cancellation">Ends the stream.</param>
    public async IAsyncEnumerable<ReceivedMessage> ListenAsync(
        IEnumerable<string> contentTopics, Action opened, [EnumeratorCancellation] CancellationToken cancellation)
    {
        var query = string.Join('&', contentTopics.Select(topic => $"contentTopic={Uri.EscapeDataString(topic)}"));
        using var get = new HttpRequestMessage(HttpMethod.Get, $"messaging/v1/messages/stream?{query}");
        using var response = await RequestAsync(get, cancellation);
        await EnsureSuccessAsync(response, cancellation);
        var stream = await response.Content.ReadAsStreamAsync(cancellation);
        await using var events = SseParser.Create(stream).EnumerateAsync(cancellation).GetAsyncEnumerator(cancellation);
        while (await NextAsync(events))
        {
            if (events.Current.EventType == "open")
                opened();
            else if (JsonSerializer.Deserialize<ReceivedMessage>(events.Current.Data, RestJson.Options) is { } message)
                yield return message;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (_owned is not null)
            await _owned.DisposeAsync();
    }

    async Task<T> TraceAsync<T>(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        using var response = await RequestAsync(request, cancellation);
        if (response.StatusCode is HttpStatusCode.ServiceUnavailable or HttpStatusCode.NotFound)
        {
            var reason = await response.Content.ReadAsStringAsync(cancellation);
            if (reason == TraceRoutes.Off)
                throw new CommandException(ExitCode.TracingOff, "tracing-off", reason);
            // A node without /admin says so in other words.
            if (reason.StartsWith(TraceRoutes.UnknownRequest, StringComparison.Ordinal))
                throw new CommandException(ExitCode.UnknownRequest, "unknown-request", reason);
        }
        return await ReadAsync<T>(response, cancellation);
    }

    async Task<T> GetAsync<T>(string path, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, path);
        return await ReadAsync<T>(request, cancellation);
    }

    async Task<T> ReadAsync<T>(HttpRequestMessage request, CancellationToken cancellation)
    {
        using var response = await RequestAsync(request, cancellation);
        return await ReadAsync<T>(response, cancellation);
    }

    async Task<T> ReadAsync<T>(HttpResponseMessage response, CancellationToken cancellation)
    {
        await EnsureSuccessAsync(response, cancellation);
        try
        {
            return await response.Content.ReadFromJsonAsync<T>(RestJson.Options, cancellation) ?? throw NotANode();
        }
        catch (JsonException)
        {
            throw NotANode();
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unreachable(e);
        }
    }

    async Task<HttpResponseMessage> RequestAsync(HttpRequestMessage request, CancellationToken cancellation)
    {
        try
        {
            return await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }
    }

    async Task<bool> NextAsync(IAsyncEnumerator<SseItem<string>> events)
    {
        try
        {
            return await events.MoveNextAsync();
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            throw Unreachable(e);
        }
    }

    static async Task EnsureSuccessAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        if (response.IsSuccessStatusCode)
            return;
        if (response.StatusCode is HttpStatusCode.PreconditionFailed)
        {
            throw new CommandException(
                ExitCode.Refused, "no-store",
                "The node is no store and knows none. Start one with `logos run --store`, name it to the node with --storenode, or ask it with --store.");
        }
        var reason = await response.Content.ReadAsStringAsync(cancellation);
        throw new CommandException(ExitCode.Refused, "refused", reason.Length > 0 ? reason : $"The node answers {(int)response.StatusCode}.");
    }

    CommandException Unreachable(Exception e) => new(
        ExitCode.Unreachable, "unreachable",
        $"No node answers at {_node} ({e.Message}). Start one with `logos run` in another terminal, or name another with --node or --entry-node.");

    CommandException NotANode() => new(ExitCode.Unreachable, "unreachable", $"What answers at {_node} is not a node.");
}

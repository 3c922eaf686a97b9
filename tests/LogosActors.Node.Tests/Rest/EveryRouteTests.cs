using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;

namespace LogosActors.Node.Tests.Rest;

/// <summary>What holds for every route that the description lists, and for the server of metrics: who may ask, and how mistakes are answered.</summary>
public sealed class EveryRouteTests : IAsyncLifetime
{
    const string Friend = "https://app.example";
    RunningNode _node = null!;
    Uri _metrics = null!;
    List<(HttpMethod Method, Uri Uri)> _routes = [];

    public async Task InitializeAsync()
    {
        _node = await RunningNode.StartAsync($"--rest-allow-origin={Friend}", "--metrics-server", "--metrics-server-port=0");
        var line = await _node.Log.WaitForAsync("Metrics at ");
        _metrics = new Uri(line[line.IndexOf("http", StringComparison.Ordinal)..]);
        var paths = (await _node.AwaitJsonAsync("openapi.json", _ => true)).GetProperty("paths");
        _routes =
        [
            .. from path in paths.EnumerateObject()
               from method in path.Value.EnumerateObject()
               select (HttpMethod.Parse(method.Name.ToUpperInvariant()), new Uri(_node.Rest, Filled(path.Name))),
            (HttpMethod.Get, new Uri(_node.Rest, "/openapi.json")), (HttpMethod.Get, _metrics), (HttpMethod.Head, _metrics),
        ];
        Assert.True(_routes.Count > 40, $"{_routes.Count} routes");
    }

    public async Task DisposeAsync() => await _node.DisposeAsync();

    [Fact]
    public async Task No_page_uses_it_that_is_not_allowed_to()
    {
        foreach (var (method, uri) in _routes)
        {
            Assert.Equal(403, await StatusAsync(method, uri, ("Origin", "https://evil.example")));
            Assert.Equal(403, await StatusAsync(method, uri, ("Sec-Fetch-Site", "cross-site")));
            Assert.Equal(403, await StatusAsync(method, uri, ("Sec-Fetch-Site", "same-site")));
            Assert.Equal(403, await StatusAsync(method, uri, ("Host", "evil.example:8645")));
            Assert.Equal(403, await StatusAsync(HttpMethod.Options, uri, ("Origin", "https://evil.example"), ("Access-Control-Request-Method", method.Method)));
        }
    }

    [Fact]
    public async Task An_allowed_page_is_told_what_it_may_do_and_may_read_every_answer()
    {
        foreach (var (method, uri) in _routes)
        {
            using var preflight = await AskAsync(HttpMethod.Options, uri, ("Origin", Friend), ("Access-Control-Request-Method", method.Method));
            Assert.Equal(204, (int)preflight.StatusCode);
            Assert.Contains(method.Method, Assert.Single(preflight.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);

            using var answer = await AskAsync(method, uri, ("Origin", Friend));
            Assert.NotEqual(403, (int)answer.StatusCode);
            foreach (var told in (HttpResponseMessage[])[preflight, answer])
                Assert.Equal(Friend, Assert.Single(told.Headers.GetValues("Access-Control-Allow-Origin")));
        }
    }

    [Fact]
    public async Task What_can_be_read_again_answers_HEAD_and_what_is_handed_out_once_does_not()
    {
        foreach (var (method, uri) in _routes.Where(route => route.Method == HttpMethod.Get))
        {
            using var get = await AskAsync(method, uri);
            using var head = await AskAsync(HttpMethod.Head, uri);
            var isHandedOut = uri.AbsolutePath.Contains("/relay/v1/", StringComparison.Ordinal) || uri.AbsolutePath.StartsWith("/filter/v2/messages", StringComparison.Ordinal)
                || uri.AbsolutePath.StartsWith("/messaging", StringComparison.Ordinal);
            Assert.True(head.StatusCode == (isHandedOut ? HttpStatusCode.BadRequest : get.StatusCode), $"HEAD {uri}: {head.StatusCode}");
            Assert.Empty(await head.Content.ReadAsByteArrayAsync());
        }
    }

    [Fact]
    public async Task A_method_that_is_not_there_is_400_and_OPTIONS_is_200()
    {
        foreach (var uri in _routes.Select(route => route.Uri).Distinct())
        {
            using var patch = await AskAsync(HttpMethod.Patch, uri);
            Assert.Equal((400, "Bad request initiated. Invalid path or method used."), ((int)patch.StatusCode, await patch.Content.ReadAsStringAsync()));
            Assert.Equal(200, await StatusAsync(HttpMethod.Options, uri));
        }
    }

    [Fact]
    public async Task A_body_that_cannot_be_read_is_the_clients_mistake_and_the_answer_says_so()
    {
        foreach (var (method, uri) in _routes.Where(route => route.Method == HttpMethod.Post || route.Method == HttpMethod.Put || route.Method == HttpMethod.Delete))
        {
            foreach (var (body, status) in new[] { ("{", 400), ("null", 400), ("17", 400), ("[null]", 400), ($"[\"{new string('a', 1 << 20)}\"]", 413) })
            {
                using var request = new HttpRequestMessage(method, uri) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
                request.Headers.ExpectContinue = true; // what is refused need not be sent
                using var answer = await _node.Http.SendAsync(request);
                var text = await answer.Content.ReadAsStringAsync();
                // What is in the path needs no body.
                var expected = uri.AbsolutePath.Contains("log-level", StringComparison.Ordinal) || uri.AbsolutePath.EndsWith("F9", StringComparison.Ordinal) ? 400 : status;
                Assert.True((int)answer.StatusCode == expected, $"{method} {uri} {body[..Math.Min(10, body.Length)]}: {answer.StatusCode} {text}");
                var isInJson = uri.AbsolutePath.StartsWith("/filter/v2", StringComparison.Ordinal) || uri.AbsolutePath.StartsWith("/lightpush/v3", StringComparison.Ordinal);
                Assert.Equal(isInJson ? "application/json" : "text/plain", answer.Content.Headers.ContentType?.MediaType);
                Assert.NotEmpty(text);
            }
        }
    }

    [Fact]
    public async Task A_request_of_up_to_64_KiB_is_answered_and_a_longer_one_is_431()
    {
        foreach (var (method, uri) in _routes)
        {
            foreach (var (length, isTooLong) in new[] { (60_000, false), (70_000, true), (900_000, true) })
            {
                var query = $"{(uri.Query.Length > 0 ? '&' : '?')}x={new string('a', length)}";
                Assert.Equal(isTooLong, await StatusLineAsync(method, uri, uri.PathAndQuery + query, "") == 431);
                var headers = string.Concat(Enumerable.Range(0, 10).Select(i => $"X-{i}: {new string('a', length / 10)}\r\n"));
                Assert.Equal(isTooLong, await StatusLineAsync(method, uri, uri.PathAndQuery, headers) == 431);
            }
        }
    }

    [Fact]
    public async Task Every_request_is_in_the_log_at_debug_level()
    {
        await _node.PostAsync("admin/v1/log-level/debug", null);
        foreach (var (method, uri) in _routes.Where(route => route.Method != HttpMethod.Post || !route.Uri.AbsolutePath.Contains("log-level", StringComparison.Ordinal)))
        {
            using var answer = await AskAsync(method, uri);
            await _node.Log.WaitForAsync($"REST-{method} {uri.PathAndQuery} from 127.0.0.1: {(int)answer.StatusCode} in ");
        }
    }

    static string Filled(string path) => path
        .Replace("{pubsubTopic}", "%2Fwaku%2F2%2Frs%2F0%2F9", StringComparison.Ordinal)
        .Replace("{contentTopic}", "%2Ftest%2F1%2Fa%2Fproto", StringComparison.Ordinal)
        .Replace("{shardId}", "0", StringComparison.Ordinal)
        .Replace("{peerId}", "nobody", StringComparison.Ordinal)
        .Replace("{requestId}", "none", StringComparison.Ordinal)
        .Replace("{logLevel}", "loud", StringComparison.Ordinal);

    async Task<HttpResponseMessage> AskAsync(HttpMethod method, Uri uri, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, uri);
        foreach (var (name, value) in headers)
            request.Headers.TryAddWithoutValidation(name, value);
        return await _node.Http.SendAsync(request);
    }

    async Task<int> StatusAsync(HttpMethod method, Uri uri, params (string Name, string Value)[] headers)
    {
        using var answer = await AskAsync(method, uri, headers);
        return (int)answer.StatusCode;
    }

    /// <summary>The status of the answer to a request as it is on the wire: clients have bounds of their own.</summary>
    static async Task<int> StatusLineAsync(HttpMethod method, Uri uri, string target, string headers)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(uri.Host, uri.Port);
        var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes($"{method} {target} HTTP/1.1\r\nHost: {uri.Authority}\r\nConnection: close\r\n{headers}\r\n"));
        using var reader = new StreamReader(stream);
        return int.Parse((await reader.ReadLineAsync())!.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture);
    }
}

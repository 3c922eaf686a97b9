using System.Collections.Concurrent;
using System.Net;
using Google.Protobuf;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace LogosActors.Node.Tests.Tracing;

/// <summary>A collector of OTLP over HTTP that keeps the names of what it is sent.</summary>
internal sealed class OtlpReceiver : IAsyncDisposable
{
    readonly WebApplication _app;

    OtlpReceiver(WebApplication app) => _app = app;

    /// <summary>What a node is configured with.</summary>
    public string Endpoint => _app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.Single();

    /// <summary>The spans.</summary>
    public ConcurrentQueue<ReceivedSpan> Spans { get; } = new();

    /// <summary>The names of metrics.</summary>
    public ConcurrentDictionary<string, bool> Metrics { get; } = new(StringComparer.Ordinal);

    public static async Task<OtlpReceiver> StartAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var app = builder.Build();
        var receiver = new OtlpReceiver(app);
        app.Run(receiver.ReceiveAsync);
        await app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    async Task ReceiveAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted);
        Assert.Equal("application/x-protobuf", context.Request.ContentType);
        // Export…ServiceRequest: resource (1), scope (2), span or metric (2).
        foreach (var item in Fields(body.ToArray(), 1).SelectMany(resource => Fields(resource, 2)).SelectMany(scope => Fields(scope, 2)))
        {
            if (context.Request.Path == "/v1/traces")
                Spans.Enqueue(ReadSpan(item));
            else if (context.Request.Path == "/v1/metrics")
                Metrics[Fields(item, 1).Single().ToStringUtf8()] = true;
        }
    }

    // Span: trace_id (1), span_id (2), parent_span_id (4), name (5), attributes (9: key 1, value 2: string_value 1).
    static ReceivedSpan ReadSpan(ByteString span) => new(
        Fields(span, 5).Single().ToStringUtf8(), Hex(Fields(span, 1).Single()), Hex(Fields(span, 2).Single()), Hex(Fields(span, 4).SingleOrDefault()),
        Fields(span, 9).ToDictionary(tag => Fields(tag, 1).Single().ToStringUtf8(), tag => Fields(Fields(tag, 2).Single(), 1).FirstOrDefault()?.ToStringUtf8() ?? "", StringComparer.Ordinal));

    static string Hex(ByteString? bytes) => bytes is null ? "" : Convert.ToHexStringLower(bytes.Span);

    static List<ByteString> Fields(byte[] message, int number) => Fields(ByteString.CopyFrom(message), number);

    static List<ByteString> Fields(ByteString message, int number)
    {
        var found = new List<ByteString>();
        var reader = message.CreateCodedInput();
        while (reader.ReadTag() is not 0 and var tag)
        {
            if (tag == WireFormat.MakeTag(number, WireFormat.WireType.LengthDelimited))
                found.Add(reader.ReadBytes());
            else
                reader.SkipLastField();
        }
        return found;
    }
}

/// <summary>A span as a collector has received it.</summary>
internal sealed record ReceivedSpan(string Name, string TraceId, string SpanId, string ParentId, IReadOnlyDictionary<string, string> Tags);

using LogosActors.Actors.Tracing;
using LogosActors.Libp2p.Identity;
using LogosActors.Node.Configuration;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace LogosActors.Node.Tracing;

/// <summary>Sends spans and measurements to a collector, by OTLP over HTTP (OpenTelemetry Protocol 1.x, binary Protobuf).</summary>
/// <remarks>The SDK's bounds: at most 2048 spans wait, further ones are dropped; they go every 5 s, or 512 at once, measurements every 60 s. A
/// collector that does not answer costs what it would have been sent, and <see cref="Timeout"/> for either at the end.</remarks>
internal static class OtlpExport
{
    /// <summary>How long a collector may take to answer: a node that is asked to stop does so within seconds.</summary>
    static readonly TimeSpan Timeout = TimeSpan.FromSeconds(2);

    /// <summary>Sends spans until it is disposed of, and then those that wait.</summary>
    public static IDisposable SendTraces(OtlpSettings settings, PeerId node) => Sdk.CreateTracerProviderBuilder()
        .SetResourceBuilder(ResourceOf(node)).SetSampler(new OtlpSampler(TimeProvider.System)).AddSource(SpanSource.Name)
        .AddOtlpExporter(options => Configure(options, settings, "v1/traces")).Build();

    /// <summary>Sends measurements until it is disposed of, and then the last: before what measures is disposed of.</summary>
    public static IDisposable SendMetrics(OtlpSettings settings, PeerId node) => Sdk.CreateMeterProviderBuilder()
        .SetResourceBuilder(ResourceOf(node)).AddMeter("LogosActors*", "System.Runtime")
        .AddOtlpExporter(options => Configure(options, settings, "v1/metrics")).Build();

    static ResourceBuilder ResourceOf(PeerId node) =>
        ResourceBuilder.CreateEmpty().AddService("logos", serviceVersion: NodeVersion.Text, serviceInstanceId: node.ToString());

    static void Configure(OtlpExporterOptions options, OtlpSettings settings, string path)
    {
        options.Protocol = OtlpExportProtocol.HttpProtobuf;
        options.Endpoint = new Uri(new Uri(settings.Endpoint.TrimEnd('/') + '/'), path);
        options.TimeoutMilliseconds = (int)Timeout.TotalMilliseconds;
    }
}

using LogosActors.Actors.Tracing;
using OpenTelemetry.Trace;

namespace LogosActors.Node.Tracing;

/// <summary>Lets as many traces of requests, and as many of receipts, reach a collector as <see cref="RequestSampling"/> wants: what strangers send
/// leaves room for the node's own.</summary>
/// <param name="time">The clock.</param>
internal sealed class OtlpSampler(TimeProvider time) : Sampler
{
    readonly RequestSampling _requests = new(time);
    readonly RequestSampling _receipts = new(time);

    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters)
    {
        var sampling = samplingParameters.Name == Spans.Receive ? _receipts : _requests;
        return new SamplingResult(sampling.Wants(samplingParameters.ParentContext) ? SamplingDecision.RecordAndSample : SamplingDecision.Drop);
    }
}

using System.Text;

namespace LogosActors.Node.Metrics;

/// <summary>A histogram that is counted elsewhere, with or without a listener.</summary>
/// <param name="Name">The metric's name.</param>
/// <param name="Description">For people.</param>
/// <param name="Bounds">The upper ends of its buckets but the last.</param>
/// <param name="Read">How many values are in each bucket, and their sum. For any thread.</param>
internal sealed record KeptHistogram(string Name, string Description, IReadOnlyList<double> Bounds, Func<(IReadOnlyList<long> Buckets, double Sum)> Read)
{
    /// <summary>Writes it as it is now.</summary>
    public void Write(StringBuilder text)
    {
        var (buckets, sum) = Read();
        PrometheusText.WriteHead(text, Name, Description, "histogram");
        PrometheusText.WriteHistogram(text, Name, "", Bounds, buckets, sum);
    }
}

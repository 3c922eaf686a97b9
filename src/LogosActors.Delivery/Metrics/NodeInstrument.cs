using System.Diagnostics.Metrics;

namespace LogosActors.Delivery.Metrics;

/// <summary>Something of a node that is measured.</summary>
/// <param name="Name">Its name, in OpenTelemetry's form.</param>
/// <param name="Unit">What is counted, in OpenTelemetry's form.</param>
/// <param name="Description">For people.</param>
/// <param name="IsCounter">Whether it only grows.</param>
/// <param name="Read">Measures it now. For any thread.</param>
internal sealed record NodeInstrument(string Name, string Unit, string Description, bool IsCounter, Func<IEnumerable<Measurement<long>>> Read)
{
    public NodeInstrument(string name, string unit, string description, bool isCounter, Func<long> read)
        : this(name, unit, description, isCounter, () => [new Measurement<long>(read())])
    {
    }

    /// <summary>Offers it to listeners.</summary>
    public void AddTo(Meter meter)
    {
        if (IsCounter)
            meter.CreateObservableCounter(Name, Read, Unit, Description);
        else
            meter.CreateObservableGauge(Name, Read, Unit, Description);
    }
}

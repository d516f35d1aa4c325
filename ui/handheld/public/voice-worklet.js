/* global AudioWorkletProcessor, registerProcessor -- what a worklet finds around it */
// Hands on what the microphone gives, block by block. A file of its own: the page runs no inline script.
class Capture extends AudioWorkletProcessor {
  process([input]) {
    const [channel] = input
    if (channel) this.port.postMessage(channel.slice())
    return true
  }
}

registerProcessor('linli-capture', Capture)

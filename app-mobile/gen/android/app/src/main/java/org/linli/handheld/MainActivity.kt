package org.linli.handheld

import android.os.Bundle
import androidx.activity.enableEdgeToEdge

/** The window with the screens. [DoorActivity] opens it. */
class MainActivity : TauriActivity() {
  override fun onCreate(savedInstanceState: Bundle?) {
    enableEdgeToEdge()
    super.onCreate(savedInstanceState)
  }
}
